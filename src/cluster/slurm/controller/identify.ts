import type { Association, Qos } from "../model/accounting.js";
import type { SlurmState } from "../model/state.js";

/**
 * Whose a job is: the user's association in the account, in its default account when none is named. Undefined when the
 * database has none.
 */
export class Accounts {
  readonly #byUser = new Map<string, Association[]>();

  constructor(readonly state: SlurmState) {
    for (const association of state.associations) {
      if (association.user === "") continue;
      const own = this.#byUser.get(association.user) ?? [];
      this.#byUser.set(association.user, own);
      own.push(association);
    }
  }

  association(user: string, account: string, partition: string): Association | undefined {
    const own = this.#byUser.get(user);
    if (own === undefined) return undefined;
    const home = account || (own.find(({ config }) => config.isDefault) ?? own[0]!).account;
    let anywhere: Association | undefined;
    for (const association of own) {
      if (association.account !== home) continue;
      if (association.config.partition === partition) return association;
      if (association.config.partition === "") anywhere ??= association;
    }
    return anywhere;
  }

  /** The QOS that is named, or the default one of the association or its nearest ancestor, or `normal`. */
  qos(name: string, association: Association | undefined): Qos | undefined {
    if (name !== "") return this.state.qos.get(name);
    for (let at = association; at !== undefined; at = at.parent) {
      const { defaultQos } = at.config;
      if (defaultQos !== undefined && defaultQos !== "") return this.state.qos.get(defaultQos);
    }
    return this.state.qos.get("normal");
  }
}
