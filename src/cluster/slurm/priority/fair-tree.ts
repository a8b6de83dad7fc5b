import { resort } from "../../../core/resort.js";
import type { Association, ShareColumns } from "../model/accounting.js";
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
  private readonly columns: ShareColumns;
  /** By index of an account: the indexes of its children as they were last ranked. Undefined for users. */
  private readonly ranked: (number[] | undefined)[] = [];
  /** By index: who comes first of those with the same level. */
  private readonly places: Int32Array;
  /** By index: 1 with fairshare=parent. */
  private readonly usesParent: Uint8Array;

  constructor(
    private readonly tree: ShareTree,
    associations: readonly Association[],
  ) {
    this.columns = tree.root.columns;
    this.places = new Int32Array(associations.length);
    this.usesParent = Uint8Array.from(associations, (one) => Number(usesParent(one)));
    for (const account of associations) if (account.user === "") this.list(account, associations.length);
  }

  /** Users come before accounts, then as the database has them. */
  private list(account: Association, behindUsers: number): void {
    const children = this.tree.children(account);
    children.forEach(({ index, user }, place) => {
      this.places[index] = user === "" ? behindUsers + place : place;
    });
    this.ranked[account.index] = children.map(({ index }) => index);
  }

  /** Ranks all users by the usage that is in the books. */
  calculate(): void {
    this.rank = this.tree.users;
    this.rankWithoutTies = this.rank;
    this.walk(this.tree.root.index, false);
  }

  private walk(account: number, accountTied: boolean): void {
    const { fairshare, levelFairshare } = this.columns;
    const children = this.ranked[account]!;
    for (const child of children) this.level(child, account);
    resort(children, this.byLevelFairshare);
    let previous = Number.NaN;
    for (let i = 0; i < children.length; i++) {
      const child = children[i]!;
      const level = levelFairshare[child]!;
      const tied = i === 0 && accountTied ? true : previous === level;
      if (this.ranked[child] === undefined) {
        if (!tied) this.rank = this.rankWithoutTies;
        fairshare[child] = this.rank / this.tree.users;
        this.rankWithoutTies--;
      } else this.walk(child, tied);
      previous = level;
    }
  }

  /** `account`: what its usage is compared with. */
  private level(child: number, account: number): void {
    const { raw, sharesNorm, usageEffective, usageNorm, levelFairshare } = this.columns;
    const used = raw[child]!;
    const parent = raw[account]!;
    const all = raw[this.tree.root.index]!;
    const effective = parent === 0 ? 0 : used / parent;
    usageEffective[child] = effective;
    usageNorm[child] = all === 0 ? 0 : Math.min(used / all, 1);
    const norm = sharesNorm[child]!;
    if (this.usesParent[child] === 1)
      levelFairshare[child] = this.ranked[child] === undefined ? Number.POSITIVE_INFINITY : noLevel;
    else levelFairshare[child] = norm === 0 ? 0 : norm / effective;
  }

  /** The highest first. */
  private readonly byLevelFairshare = (a: number, b: number): number => {
    const { levelFairshare } = this.columns;
    const [level, other] = [levelFairshare[a]!, levelFairshare[b]!];
    if (level !== other) return level < other ? 1 : -1;
    return this.places[a]! - this.places[b]!;
  };
}

/** What Slurm gives an account with fairshare=parent: its NO_VAL, which sorts before nearly everything. */
const noLevel = 0xfffffffe;
