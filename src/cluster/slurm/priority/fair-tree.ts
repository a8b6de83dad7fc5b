import type { Association } from "../model/accounting.js";
import { type ShareTree, usesParent } from "./shares.js";

/**
 * Fair Tree (`fair_tree.c`): siblings are sorted by shares over usage, the tree is walked in that order, and users get
 * their factor by rank. Sibling accounts that are tied keep their own children lists: the documentation says that
 * these are merged, the code never does. Only the tie itself goes down: the first user below a tied account shares the
 * rank of the user before it.
 */
export class FairTree {
  private rank = 0;
  private rankWithoutTies = 0;

  constructor(private readonly tree: ShareTree) {}

  /** Ranks all users by the usage that is in the books. */
  calculate(): void {
    this.rank = this.tree.users;
    this.rankWithoutTies = this.rank;
    this.walk(this.tree.children(this.tree.root), false);
  }

  private walk(children: readonly Association[], accountTied: boolean): void {
    for (const child of children) this.level(child);
    const sorted = [...children].sort(byLevelFairshare);
    let previous = Number.NaN;
    sorted.forEach((association, i) => {
      const tied = i === 0 && accountTied ? true : previous === association.levelFairshare;
      if (association.user !== "") {
        if (!tied) this.rank = this.rankWithoutTies;
        association.fairshare = this.rank / this.tree.users;
        this.rankWithoutTies--;
      } else this.walk(this.tree.children(association), tied);
      previous = association.levelFairshare;
    });
  }

  private level(association: Association): void {
    const { root } = this.tree;
    const parent = this.tree.parent(association).usage.raw;
    association.usageEffective = parent === 0 ? 0 : association.usage.raw / parent;
    association.usageNorm = root.usage.raw === 0 ? 0 : Math.min(association.usage.raw / root.usage.raw, 1);
    if (usesParent(association))
      association.levelFairshare = association.user === "" ? noLevel : Number.POSITIVE_INFINITY;
    else if (association.sharesNorm === 0) association.levelFairshare = 0;
    else association.levelFairshare = association.sharesNorm / association.usageEffective;
  }
}

/** What Slurm gives an account with fairshare=parent: its NO_VAL, which sorts before nearly everything. */
const noLevel = 0xfffffffe;

function byLevelFairshare(a: Association, b: Association): number {
  if (a.levelFairshare !== b.levelFairshare) return a.levelFairshare < b.levelFairshare ? 1 : -1;
  return Number(a.user === "") - Number(b.user === "");
}
