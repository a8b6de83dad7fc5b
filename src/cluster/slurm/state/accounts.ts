import type { Association, Qos, ShareColumns, TresTable, Usage } from "../model/accounting.js";
import type { AccountingConfig, AssociationConfig, QosConfig, UsedBefore } from "../model/config.js";
import { AssociationRecord, UsageRecord } from "./records.js";

const builtIn = ["cpu", "mem", "energy", "node", "billing"];

export function buildTres(tracked: readonly string[]): TresTable {
  const names = [...builtIn, ...tracked.filter((name) => !builtIn.includes(name))];
  const numbers = new Map(names.map((name, index) => [name, index]));
  return { names, index: (name) => numbers.get(name) ?? -1 };
}

export function emptyUsage(tres: TresTable): Usage {
  return new UsageRecord(tres, new Float64Array(1), 0);
}

export function buildQos(config: AccountingConfig | undefined, tres: TresTable): Map<string, Qos> {
  const list = config?.qos ?? [];
  const numbers = new Map(list.map((qos, index) => [qos.name, index]));
  return new Map(
    list.map((qos, index) => [
      qos.name,
      {
        index,
        name: qos.name,
        config: qos,
        preempts: new Set(qos.preempt.flatMap((name) => numbers.get(name) ?? [])),
        usage: usageOf(qos, tres),
        byUser: new Map(),
        byAccount: new Map(),
      },
    ]),
  );
}

function usageOf(qos: QosConfig, tres: TresTable): Usage {
  const usage = emptyUsage(tres);
  layDown(usage, qos, tres, []);
  return usage;
}

/** Accounts in their order, then users; each under its parent. Shares and factors are the priority plugin's to fill. */
export function buildAssociations(config: AccountingConfig | undefined, tres: TresTable): Association[] {
  const list: Association[] = [];
  const accounts = new Map<string, Association>();
  const columns = shareColumns((config?.accounts.length ?? 0) + (config?.users.length ?? 0));
  const add = (config: AssociationConfig, parent: Association | undefined) => {
    const association = new AssociationRecord(columns, list.length, config, parent, tres);
    columns.parents[association.index] = parent?.index ?? -1;
    parent?.children.push(association);
    list.push(association);
    return association;
  };
  for (const account of config?.accounts ?? []) {
    // The root has no parent; an account that names none hangs below it.
    const parent = accounts.get(account.parent) ?? list[0];
    accounts.set(account.account, add(account, parent));
  }
  for (const user of config?.users ?? []) add(user, accounts.get(user.account) ?? list[0]);
  startUsage(list, tres);
  return list;
}

function shareColumns(count: number): ShareColumns {
  const column = () => new Float64Array(count);
  return {
    parents: new Int32Array(count),
    raw: column(),
    sharesNorm: column(),
    usageNorm: column(),
    usageEffective: column(),
    levelFairshare: column(),
    fairshare: column(),
  };
}

/** Puts down what was used before the run; an account of which nothing is said has used what its members have. */
function startUsage(associations: readonly Association[], tres: TresTable): void {
  // Members stand behind their accounts.
  for (const { config, usage, children } of [...associations].reverse())
    layDown(usage, config, tres, children);
}

function layDown(
  usage: Usage,
  { rawUsage, grpTresRaw, grpWallRaw }: UsedBefore,
  tres: TresTable,
  members: readonly { usage: Usage }[],
): void {
  const sum = (of: (usage: Usage) => number) =>
    members.reduce((total, member) => total + of(member.usage), 0);
  usage.raw = rawUsage ?? sum(({ raw }) => raw);
  usage.wall = grpWallRaw === undefined ? sum(({ wall }) => wall) : 60 * grpWallRaw;
  for (let i = 0; i < usage.tresRaw.length; i++) {
    const minutes = grpTresRaw?.[tres.names[i]!];
    usage.tresRaw[i] = minutes === undefined ? sum(({ tresRaw }) => tresRaw[i]!) : 60 * minutes;
  }
}
