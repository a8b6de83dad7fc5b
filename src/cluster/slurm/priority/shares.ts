import type { Association } from "../model/accounting.js";

/**
 * The account tree as fair-share sees it (`assoc_mgr.c`): an association with fairshare=parent has no shares of its
 * own, and the members of such an account hang below its parent.
 */
export class ShareTree {
  readonly root: Association;
  /** User associations, root's own included: Fair Tree's number of ranks. */
  readonly users: number;
  private readonly members = new Map<Association, Association[]>();

  constructor(associations: readonly Association[], fairTree: boolean) {
    this.root = associations[0]!;
    this.users = associations.filter((one) => one.user !== "").length;
    // The database lists siblings with the newest first.
    for (const one of [...associations].reverse()) {
      if (one === this.root) continue;
      const parent = this.parent(one);
      const siblings = this.members.get(parent);
      if (siblings === undefined) this.members.set(parent, [one]);
      else siblings.push(one);
    }
    for (const one of associations) one.sharesNorm = fairTree ? this.levelNorm(one) : this.totalNorm(one);
  }

  /** The nearest ancestor with shares of its own: what usage is compared with. */
  parent(association: Association): Association {
    let parent = association.parent!;
    while (parent.parent !== undefined && usesParent(parent)) parent = parent.parent;
    return parent;
  }

  /** Those that compete with each other below an account, in the order in which Slurm looks at them. */
  children(account: Association): readonly Association[] {
    return this.members.get(account) ?? [];
  }

  /** Sum of the raw shares of an association and those that it competes with. */
  siblingShares(association: Association): number {
    let sum = 0;
    for (const one of this.children(this.parent(association))) sum += this.shares(one);
    return sum;
  }

  /** Raw shares as a number, for associations that have them. */
  shares(association: Association): number {
    const { fairshare } = association.config;
    return fairshare === "parent" ? 0 : fairshare;
  }

  /** Fair Tree's norm: among siblings. */
  private levelNorm(association: Association): number {
    return this.ratio(usesParent(association) ? this.parent(association) : association);
  }

  /** The classic norm: down from the root. */
  private totalNorm(association: Association): number {
    let norm = 1;
    for (let one = association; one !== this.root; one = one.parent!)
      if (!usesParent(one)) norm *= this.ratio(one);
    return norm;
  }

  private ratio(association: Association): number {
    if (association === this.root) return 0;
    const siblings = this.siblingShares(association);
    return siblings === 0 ? 0 : this.shares(association) / siblings;
  }
}

/** fairshare=parent. */
export function usesParent(association: Association): boolean {
  return association.config.fairshare === "parent";
}
