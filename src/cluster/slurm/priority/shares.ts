import type { Association } from "../model/accounting.js";

/**
 * The account tree as fair-share sees it (`assoc_mgr.c`): an association with fairshare=parent has no shares of its
 * own, and the members of such an account compete as if they hung below its parent.
 */
export class ShareTree {
  readonly root: Association;
  /** User associations, root's own included: Fair Tree's number of ranks. */
  readonly users: number;
  private readonly levelShares = new Map<Association, number>();

  constructor(
    private readonly associations: readonly Association[],
    private readonly fairTree: boolean,
  ) {
    this.root = associations[0]!;
    this.users = associations.filter((one) => one.user !== "").length;
    this.normalize();
  }

  /** The nearest ancestor with shares of its own: what usage is compared with. */
  parent(association: Association): Association {
    let parent = association.parent!;
    while (parent.parent !== undefined && usesParent(parent)) parent = parent.parent;
    return parent;
  }

  /** Sum of the raw shares of an association and those that it competes with. */
  siblingShares(association: Association): number {
    const parent = this.parent(association);
    let sum = this.levelShares.get(parent);
    if (sum === undefined) {
      sum = childShares(parent);
      this.levelShares.set(parent, sum);
    }
    return sum;
  }

  /** Raw shares as a number, for associations that have them. */
  shares(association: Association): number {
    const { fairshare } = association.config;
    return fairshare === "parent" ? 0 : fairshare;
  }

  /** Shares changed: Fair Tree's norm is among siblings, the classic one is the product down from the root. */
  normalize(): void {
    this.levelShares.clear();
    for (const association of this.associations) {
      if (association === this.root) {
        association.sharesNorm = this.fairTree ? 0 : 1;
        continue;
      }
      const own = usesParent(association) ? this.parent(association) : association;
      association.sharesNorm = this.fairTree ? this.ratio(own) : this.product(own);
    }
  }

  private ratio(association: Association): number {
    if (association === this.root) return 0;
    const siblings = this.siblingShares(association);
    return siblings === 0 ? 0 : this.shares(association) / siblings;
  }

  private product(association: Association): number {
    let norm = 1;
    for (let one = association; one !== this.root; one = one.parent!)
      if (!usesParent(one)) norm *= this.ratio(one);
    return norm;
  }
}

/** fairshare=parent. */
export function usesParent(association: Association): boolean {
  return association.config.fairshare === "parent";
}

function childShares(association: Association): number {
  let sum = 0;
  for (const child of association.children) {
    const { fairshare } = child.config;
    sum += fairshare === "parent" ? childShares(child) : fairshare;
  }
  return sum;
}
