import { BitVector } from "../../../core/bit-vector.js";
import type { Nodes } from "../model/nodes.js";

/** What --constraint says: nodes that may serve, alternatives of which one must serve all, or parts with counts. */
export type Constraint =
  | { readonly kind: "nodes"; readonly nodes: BitVector }
  | { readonly kind: "oneOf"; readonly sets: readonly BitVector[] }
  | {
      readonly kind: "counts";
      readonly parts: readonly { nodes: BitVector; count: number }[];
      readonly rest: BitVector;
    };

/** Undefined when a feature is not known to any node. `a&b`, `a|b`, `[a|b]`, `[a*2&b*1]`, `a*2&b`, parentheses. */
export function parseConstraint(text: string, nodes: Nodes): Constraint | undefined {
  const feature = (name: string): BitVector | undefined => nodes.features.get(name.trim());
  const bracket = /^\s*\[(.*)\]\s*$/.exec(text);
  const inner = bracket?.[1] ?? text;
  if (inner.includes("*")) {
    const parts: { nodes: BitVector; count: number }[] = [];
    const all = BitVector.of(nodes.count, []);
    for (const term of inner.replaceAll(/[[\]]/g, "").split("&")) {
      const [name, count] = term.split("*");
      const set = feature(name!);
      if (set === undefined) return undefined;
      if (count === undefined) continue;
      parts.push({ nodes: set, count: Number(count) });
      all.or(set);
    }
    return { kind: "counts", parts, rest: all };
  }
  if (bracket !== null) {
    const sets: BitVector[] = [];
    for (const term of inner.split("|")) {
      const set = evaluate(term, feature, nodes.count);
      if (set === undefined) return undefined;
      sets.push(set);
    }
    return { kind: "oneOf", sets };
  }
  const set = evaluate(text, feature, nodes.count);
  return set === undefined ? undefined : { kind: "nodes", nodes: set };
}

/** Features joined by & and |, read from left to right as Slurm does, with parentheses. */
function evaluate(
  text: string,
  feature: (name: string) => BitVector | undefined,
  count: number,
): BitVector | undefined {
  let at = 0;
  const expression = (): BitVector | undefined => {
    let result: BitVector | undefined;
    let operator = "";
    for (;;) {
      let operand: BitVector | undefined;
      if (text[at] === "(") {
        at++;
        operand = expression();
        at++;
      } else {
        const start = at;
        while (at < text.length && !"&|,()".includes(text[at]!)) at++;
        operand = feature(text.slice(start, at));
      }
      if (operand === undefined) return undefined;
      if (result === undefined) {
        result = new BitVector(count);
        result.copyFrom(operand);
      } else if (operator === "|") result.or(operand);
      else result.and(operand);
      if (at >= text.length || text[at] === ")") return result;
      operator = text[at++]!;
    }
  };
  return expression();
}

/** The sets of which one must hold all nodes of the job. */
export function alternatives(constraint: Constraint | undefined, all: BitVector): readonly BitVector[] {
  if (constraint === undefined) return [all];
  if (constraint.kind === "oneOf") return constraint.sets;
  return [constraint.kind === "nodes" ? constraint.nodes : constraint.rest];
}

/** The nodes of a set among those that are offered. */
export function narrowed(offered: BitVector, set: BitVector): BitVector {
  if (offered === set) return offered;
  const both = offered.clone();
  both.and(set);
  return both;
}
