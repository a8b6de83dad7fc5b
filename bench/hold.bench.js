import FlatQueue from "flatqueue";
import { EventQueue } from "./build/core/event-queue.js";

export const describe = "the hold model: N events resident, each pop followed by a push at a later time";
const OPERATIONS = 1_000_000;

function gaps() {
  let x = 123456789;
  return () => {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    return (x >>> 0) % 2_000_000;
  };
}

function ours(resident) {
  const queue = new EventQueue();
  const gap = gaps();
  for (let i = 0; i < resident; i++) queue.push(gap(), 0, 0, i);
  const begin = process.hrtime.bigint();
  for (let i = 0; i < OPERATIONS; i++) {
    queue.pop();
    queue.push(queue.time + gap(), 0, 0, queue.arg);
  }
  return Number(process.hrtime.bigint() - begin) / OPERATIONS;
}

function flat(resident) {
  const queue = new FlatQueue();
  const gap = gaps();
  for (let i = 0; i < resident; i++) queue.push(i, gap());
  const begin = process.hrtime.bigint();
  for (let i = 0; i < OPERATIONS; i++) {
    const time = queue.peekValue();
    queue.push(queue.pop(), time + gap());
  }
  return Number(process.hrtime.bigint() - begin) / OPERATIONS;
}

const median = (values) => values.sort((a, b) => a - b)[values.length >> 1];

export function run() {
  console.log("resident   ours ns/hold   flatqueue ns/hold   ours/flatqueue");
  for (const resident of [1e3, 1e5, 1e6]) {
    const a = [];
    const b = [];
    for (let i = 0; i < 5; i++) {
      a.push(ours(resident));
      b.push(flat(resident));
    }
    const [x, y] = [median(a), median(b)];
    console.log(
      `${String(resident).padEnd(11)}${x.toFixed(0).padEnd(15)}${y.toFixed(0).padEnd(20)}${(x / y).toFixed(2)}`,
    );
  }
}
