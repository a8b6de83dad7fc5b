import { resort } from "../../../core/resort.js";
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

  /** By account: its children as they were last ranked, with their places in the database. */
  private readonly ranked = new Map<Association, Child[]>();

  constructor(private readonly tree: ShareTree) {}

  /** Ranks all users by the usage that is in the books. */
  calculate(): void {
    this.rank = this.tree.users;
    this.rankWithoutTies = this.rank;
    this.walk(this.tree.root, false);
  }

  private walk(account: Association, accountTied: boolean): void {
    const children = this.childrenOf(account);
    for (const child of children) this.level(child, account);
    resort(children, byLevelFairshare);
    let previous = Number.NaN;
    children.forEach(({ association }, i) => {
      const tied = i === 0 && accountTied ? true : previous === association.levelFairshare;
      if (association.user !== "") {
        if (!tied) this.rank = this.rankWithoutTies;
        association.fairshare = this.rank / this.tree.users;
        this.rankWithoutTies--;
      } else this.walk(association, tied);
      previous = association.levelFairshare;
    });
  }

  private childrenOf(account: Association): Child[] {
    let children = this.ranked.get(account);
    if (children === undefined) {
      children = this.tree.children(account).map((association, place) => ({
        association,
        place,
        usesParent: usesParent(association),
      }));
      this.ranked.set(account, children);
    }
    return children;
  }

  /** `account`: what its usage is compared with. */
  private level({ association, usesParent }: Child, account: Association): void {
    const { raw } = association.usage;
    const parent = account.usage.raw;
    const all = this.tree.root.usage.raw;
    association.usageEffective = parent === 0 ? 0 : raw / parent;
    association.usageNorm = all === 0 ? 0 : Math.min(raw / all, 1);
    if (usesParent) association.levelFairshare = association.user === "" ? noLevel : Number.POSITIVE_INFINITY;
    else if (association.sharesNorm === 0) association.levelFairshare = 0;
    else association.levelFairshare = association.sharesNorm / association.usageEffective;
  }
}

/** What Slurm gives an account with fairshare=parent: its NO_VAL, which sorts before nearly everything. */
const noLevel = 0xfffffffe;

interface Child {
  readonly association: Association;
  readonly place: number;
  /** fairshare=parent. */
  readonly usesParent: boolean;
}

/** The highest first; of equal ones users before accounts, then as the database has them. */
function byLevelFairshare({ association: a, place }: Child, { association: b, place: other }: Child): number {
  if (a.levelFairshare !== b.levelFairshare) return a.levelFairshare < b.levelFairshare ? 1 : -1;
  return Number(a.user === "") - Number(b.user === "") || place - other;
}
