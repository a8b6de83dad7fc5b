/**
 * How many nodes were powered up, or down, of late: SuspendRate and ResumeRate bound it. What was counted fades by the
 * share of a minute that has gone by at each look, so that about as many pass in a minute.
 */
export class Rate {
  #count = 0;
  /** The count as it is compared, a whole number. */
  #taken = 0;

  /** @param most nodes in a minute; 0 is any number */
  constructor(readonly most: number) {}

  /** `looks` looks, each so many seconds after the one before. */
  look(seconds: number, looks = 1): void {
    this.#count *= Math.max(0, (60 - seconds) / 60) ** looks;
    this.#taken = Math.floor(this.#count + 0.5);
  }

  get reached(): boolean {
    return this.most > 0 && this.#taken >= this.most;
  }

  take(): void {
    this.#count++;
    this.#taken++;
  }
}
