// The house's floors: imports point down, never up, and never sideways between `cluster` and `serving`.
const MAY_IMPORT = {
  core: [],
  journal: ["core"],
  fleet: ["core"],
  workload: ["fleet", "core"],
  cluster: ["fleet", "workload", "journal", "core"],
  serving: ["fleet", "workload", "journal", "core"],
  metrics: ["journal", "core"],
  scenario: ["metrics", "cluster", "serving", "fleet", "workload", "journal", "core"],
  report: ["metrics", "experiment", "journal", "core"],
  experiment: ["scenario", "metrics", "journal", "core"],
};

const floors = Object.entries(MAY_IMPORT).map(([room, below]) => ({
  name: `${room}-looks-down`,
  comment: `src/${room} may import only ${["itself", ...below].join(", ")}`,
  severity: "error",
  from: { path: `^src/${room}/` },
  to: { path: "^src/", pathNot: `^src/(${[room, ...below].join("|")})/` },
}));

module.exports = {
  forbidden: [
    ...floors,
    {
      name: "no-cycles",
      severity: "error",
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ["type-only"] } },
    },
    {
      name: "only-cli-touches-the-process",
      comment: "everything but the command line takes plain values",
      severity: "error",
      from: { path: "^src/", pathNot: "^src/cli/" },
      to: { path: "^(commander|cli-progress)$|node_modules/(commander|cli-progress)/" },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    tsConfig: { fileName: "tsconfig.json" },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "node", "default", "types"],
    },
  },
};
