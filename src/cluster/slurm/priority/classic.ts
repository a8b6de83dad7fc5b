import type { Association } from "../model/accounting.js";
import { type ShareTree, usesParent } from "./shares.js";

/**
 * The classic fair-share of PriorityFlags=NO_FAIR_TREE (`priority_multifactor.c`): 2^(-effective usage / shares),
 * damped. A tick refreshes the accounts before usage decays and forgets the users; a user's effective usage is worked
 * out when a pending job of theirs first needs it, from what the books say at that moment. So accounts lag one period
 * behind, and the order of the job list matters.
 */
export class ClassicFairshare {
  private readonly stale = new Set<Association>();

  constructor(
    private readonly tree: ShareTree,
    private readonly depthOblivious: boolean,
    private readonly dampeningFactor: number,
  ) {
    tree.root.usageEffective = 1;
    tree.root.usageNorm = 1;
  }

  /** The beginning of a tick. */
  refreshAccounts(): void {
    this.stale.clear();
    this.refresh(this.tree.root);
  }

  /** Works out the factor of a user, 0 to 1: it stays until the next tick. */
  rate(user: Association): void {
    const association = usesParent(user) ? this.tree.parent(user) : user;
    if (this.stale.delete(association)) this.setUsage(association);
    user.fairshare = this.of(association.usageEffective, association.sharesNorm);
  }

  /** What `sshare` shows: users that nobody needed yet are worked out, but not kept as Slurm does. */
  show(association: Association): { usageNorm: number; usageEffective: number; factor: number } {
    const usage = this.stale.has(association) ? this.usageOf(association) : association;
    const { usageNorm, usageEffective } = usage;
    return { usageNorm, usageEffective, factor: this.of(usageEffective, association.sharesNorm) };
  }

  private of(usageEffective: number, sharesNorm: number): number {
    return sharesNorm <= 0 ? 0 : 2 ** -(usageEffective / sharesNorm / this.dampeningFactor);
  }

  private refresh(account: Association): void {
    for (const child of this.tree.children(account)) {
      if (child.user !== "") this.stale.add(child);
      else {
        this.setUsage(child);
        this.refresh(child);
      }
    }
  }

  private setUsage(association: Association): void {
    Object.assign(association, this.usageOf(association));
  }

  private usageOf(association: Association): { usageNorm: number; usageEffective: number } {
    const { root } = this.tree;
    const total = root.usage.raw;
    const usageNorm = total === 0 ? 0 : Math.min(association.usage.raw / total, 1);
    const parent = this.tree.parent(association);
    let usageEffective = usageNorm;
    if (parent !== root) {
      if (usesParent(association)) usageEffective = parent.usageEffective;
      else if (this.depthOblivious) usageEffective = this.obliviousUsage(association, usageNorm, parent);
      else {
        const siblings = this.tree.siblingShares(association);
        usageEffective =
          siblings === 0
            ? parent.usageEffective
            : usageNorm + (parent.usageEffective - usageNorm) * (this.tree.shares(association) / siblings);
      }
    }
    return { usageNorm, usageEffective };
  }

  /**
   * DEPTH_OBLIVIOUS: the parent's imbalance times the member's own, the latter damped when it would hide the former.
   */
  private obliviousUsage(association: Association, usageNorm: number, parent: Association): number {
    const { sharesNorm } = association;
    if (sharesNorm === 0 || parent.sharesNorm === 0 || parent.usageEffective === 0 || usageNorm === 0)
      return usageNorm;
    const parentRatio = parent.usageEffective / parent.sharesNorm;
    let siblings = 0;
    for (const sibling of this.tree.children(parent))
      if (!usesParent(sibling)) siblings += sibling === association ? usageNorm : sibling.usageNorm;
    const ownRatio = usageNorm / sharesNorm / (siblings / parent.sharesNorm);
    const damped =
      parentRatio !== 0 && ownRatio !== 0 && Math.log(parentRatio) * Math.log(ownRatio) < 0
        ? 1 / (1 + (5 * Math.log(parentRatio)) ** 2)
        : 1;
    return parentRatio * ownRatio ** damped * sharesNorm;
  }
}
