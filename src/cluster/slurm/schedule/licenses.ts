import type { JobRequest } from "../model/request.js";
import type { SlurmState } from "../model/state.js";

/** Are the licences that it asks for free now? `license_job_test`, 22.05. */
export function licensesFree(request: JobRequest, state: SlurmState): boolean {
  for (const { name, count } of request.licenses) {
    const license = state.licenses.get(name);
    if (license === undefined || license.used + count > license.total) return false;
  }
  return true;
}
