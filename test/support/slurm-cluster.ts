import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";

const DAEMONS = ["slurmctld", "slurmd", "sbatch"];

/** Why no Slurm can be started here; undefined when one can. In CI that is a failure, elsewhere a reason to skip. */
export function whyNoSlurm(): string | undefined {
  const missing = DAEMONS.filter((name) => spawnSync(name, ["-V"], { env: onPath() }).error !== undefined);
  if (missing.length === 0) return undefined;
  const why = `there is no ${missing.join(", ")} here: apt-get install slurmctld slurmd slurm-client slurm-wlm-basic-plugins`;
  if (process.env.CI === "true") throw new Error(why);
  return why;
}

/** Debian has the daemons where only root's path leads. */
const onPath = () => ({ ...process.env, PATH: `${process.env.PATH}:/usr/sbin:/sbin` });

/**
 * A real Slurm: slurmctld and a slurmd for each node, all on this machine, in a folder of their own and on ports of their
 * own, without munge, accounting or anything of the system's configuration.
 */
export class SlurmCluster {
  readonly folder = mkdtempSync(join(tmpdir(), "whowaits-slurm-"));
  /** For commands that are to find this cluster. */
  readonly env: Record<string, string>;
  readonly #daemons: ChildProcess[] = [];

  private constructor(readonly nodes: readonly string[]) {
    const { PATH } = onPath();
    this.env = { PATH, SLURM_CONF: join(this.folder, "slurm.conf"), HOME: this.folder };
  }

  /** @param more lines of slurm.conf */
  static async start({ nodes = 2, cpus = 1, more = [] as readonly string[] } = {}): Promise<SlurmCluster> {
    const names = Array.from({ length: nodes }, (_, i) => `n${i + 1}`);
    const cluster = new SlurmCluster(names);
    try {
      const [control, ...ports] = await freePorts(1 + nodes);
      cluster.#configure(control!, ports, cpus, more);
      cluster.#spawn("slurmctld", ["-D"]);
      await cluster.until(() => cluster.run("scontrol", "ping").includes("UP"));
      for (const name of names) cluster.#spawn("slurmd", ["-D", "-N", name]);
      await cluster.until(() => {
        const states = cluster.run("sinfo", "-h", "-N", "-p", "main", "-o", "%T").trim().split("\n");
        return states.length === nodes && states.every((state) => state === "idle");
      });
      return cluster;
    } catch (error) {
      await cluster.stop();
      throw error;
    }
  }

  /** Runs one of Slurm's commands; what it prints. */
  run(command: string, ...args: string[]): string {
    return execFileSync(command, args, {
      env: this.env,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "pipe"],
    });
  }

  async until(what: () => boolean, seconds = 20): Promise<void> {
    const end = performance.now() + seconds * 1000;
    let last: unknown;
    while (performance.now() < end) {
      try {
        if (what()) return;
      } catch (error) {
        last = error;
      }
      const dead = this.#daemons.find(({ exitCode }) => exitCode !== null);
      if (dead !== undefined) throw new Error(`${dead.spawnfile} ended:\n${this.logs()}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error(`${what} did not come true: ${last ?? ""}\n${this.logs()}`);
  }

  logs(): string {
    const files = readdirSync(this.folder).filter((name) => name.endsWith(".out"));
    return files
      .map((name) => `${name}: ${readFileSync(join(this.folder, name), "utf8").slice(-1500)}`)
      .join("\n");
  }

  /** Processes of this cluster, its daemons and jobs, by what their environment says. */
  processes(): number[] {
    const mark = `SLURM_CONF=${this.env.SLURM_CONF}`;
    return readdirSync("/proc")
      .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
      .filter((pid) => {
        try {
          return readFileSync(`/proc/${pid}/environ`, "utf8").split("\0").includes(mark);
        } catch {
          return false;
        }
      })
      .map(Number);
  }

  /** Ends all of its processes and takes its folder away. */
  async stop(): Promise<void> {
    const end = (signal: NodeJS.Signals) => {
      for (const pid of this.processes())
        try {
          process.kill(pid, signal);
        } catch {}
    };
    end("SIGTERM");
    for (let i = 0; i < 20 && this.processes().length > 0; i++)
      await new Promise((resolve) => setTimeout(resolve, 100));
    end("SIGKILL");
    while (this.processes().length > 0) await new Promise((resolve) => setTimeout(resolve, 20));
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }

  #spawn(daemon: string, args: readonly string[]): void {
    const out = openSync(join(this.folder, `${daemon}-${this.#daemons.length}.out`), "w");
    this.#daemons.push(spawn(daemon, args, { env: this.env, stdio: ["ignore", out, out], cwd: this.folder }));
    closeSync(out);
  }

  #configure(control: number, ports: readonly number[], cpus: number, more: readonly string[]): void {
    const { folder, nodes } = this;
    const user = userInfo().username;
    for (const name of ["state", ...nodes.map((node) => `spool-${node}`)]) mkdirSync(join(folder, name));
    const nodeLines = nodes.map(
      (name, i) =>
        `NodeName=${name} NodeHostName=localhost NodeAddr=127.0.0.1 Port=${ports[i]} CPUs=${cpus} RealMemory=1000 State=UNKNOWN`,
    );
    writeFileSync(
      this.env.SLURM_CONF!,
      `${[
        "ClusterName=test",
        "SlurmctldHost=localhost(127.0.0.1)",
        `SlurmctldPort=${control}`,
        "AuthType=auth/none",
        "CredType=cred/none",
        `SlurmUser=${user}`,
        `SlurmdUser=${user}`,
        `StateSaveLocation=${folder}/state`,
        `SlurmdSpoolDir=${folder}/spool-%n`,
        `SlurmctldPidFile=${folder}/slurmctld.pid`,
        `SlurmdPidFile=${folder}/slurmd-%n.pid`,
        "ProctrackType=proctrack/linuxproc",
        "TaskPlugin=task/none",
        "JobAcctGatherType=jobacct_gather/none",
        "AccountingStorageType=accounting_storage/none",
        "MpiDefault=none",
        "SwitchType=switch/none",
        "ReturnToService=2",
        "SlurmdParameters=config_overrides",
        "SchedulerType=sched/builtin",
        "SchedulerParameters=sched_interval=1,sched_min_interval=0,batch_sched_delay=0,default_queue_depth=1000",
        "SelectType=select/cons_tres",
        "SelectTypeParameters=CR_Core",
        "KillWait=2",
        "InactiveLimit=0",
        ...more,
        ...nodeLines,
        "PartitionName=main Nodes=ALL Default=YES MaxTime=INFINITE State=UP",
        "PartitionName=side Nodes=n1 MaxTime=10 State=UP",
      ].join("\n")}\n`,
    );
  }
}

/** Ports that nobody listens on. */
async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from(
      { length: count },
      () =>
        new Promise<ReturnType<typeof createServer>>((resolve) => {
          const server = createServer().listen(0, "127.0.0.1", () => resolve(server));
        }),
    ),
  );
  const ports = servers.map((server) => (server.address() as { port: number }).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
