import { words } from "./words.js";

/**
 * Every setting of slurm.conf, of 22.05 (`slurm_conf_options` of read_config.c) and of later releases up to 26.05:
 * true when it is read; "" when it has no influence on what is scheduled; else what it would do, in a few words.
 */
export const catalogue: Readonly<Record<string, string | true>> = {
  ...words(
    true,
    `AccountingStorageEnforce AccountingStorageTRES AccountingStorageType AuthInfo ClusterName CompleteWait DefCPUPerGPU
    DefMemPerCPU DefMemPerGPU DefMemPerNode DependencyParameters DownNodes EnforcePartLimits FairShareDampeningFactor FirstJobId GresTypes
    JobRequeue KillWait Licenses MaxArraySize MaxJobCount MaxMemPerCPU MaxMemPerNode MessageTimeout MinJobAge NodeName
    NodeSet OverTimeLimit PartitionName PreemptExemptTime PreemptMode PreemptType PriorityCalcPeriod
    PriorityDecayHalfLife PriorityFavorSmall PriorityFlags PriorityMaxAge PriorityType PriorityUsageResetPeriod
    PriorityWeightAge PriorityWeightAssoc PriorityWeightFairshare PriorityWeightJobSize PriorityWeightPartition
    PriorityWeightQOS PriorityWeightTRES RebootProgram ResumeProgram ResumeRate ResumeTimeout ResvOverRun
    ReturnToService SchedulerParameters SchedulerTimeSlice SchedulerType SelectType SelectTypeParameters SlurmctldParameters SlurmdTimeout
    SuspendExcNodes SuspendExcParts SuspendProgram SuspendRate SuspendTime SuspendTimeout TopologyParam TopologyPlugin`,
  ),
  AllowSpecResourcesUsage: "lets jobs use specialised cores",
  BurstBufferType: "stages data before a job may start",
  CliFilterPlugins: "may change jobs before they are submitted",
  CoreSpecPlugin: "takes cores away from jobs",
  EpilogSlurmctld: "keeps nodes until it has run",
  FastSchedule: "",
  FederationParameters: "lets clusters share jobs",
  HealthCheckProgram: "may drain nodes",
  JobSubmitPlugins: "may change or refuse jobs when they are submitted",
  MaxBatchRequeue: "holds jobs that failed to start so many times",
  MaxNodeCount: "leaves room for nodes that register themselves",
  MaxTasksPerNode: "refuses jobs with more tasks on a node",
  MCSPlugin: "keeps jobs of different groups apart",
  NodeFeaturesPlugins: "reboots nodes to give them other features",
  PowerPlugin: "caps the power that jobs use",
  PriorityParameters: "",
  PrioritySiteFactorPlugin: "adds the site's own factor to priorities",
  Prolog: "delays the start of jobs, and may drain nodes",
  PrologFlags: "may delay the start of jobs",
  PrologSlurmctld: "delays the start of jobs",
  RequeueExit: "requeues jobs that end with these codes",
  RequeueExitHold: "requeues and holds jobs that end with these codes",
  SuspendExcStates: "keeps nodes in these states up",
  ...words(
    "",
    `AccountingStorageBackupHost AccountingStorageExternalHost AccountingStorageHost AccountingStorageLoc
    AccountingStorageParameters AccountingStoragePass AccountingStoragePort AccountingStorageUser AccountingStoreFlags
    AccountingStoreJobComment AcctGatherEnergyType AcctGatherFilesystemType AcctGatherInfinibandType
    AcctGatherInterconnectType AcctGatherNodeFreq AcctGatherProfileType AuthAltParameters AuthAltTypes AuthType
    BackupAddr BackupController BatchStartTimeout BcastExclude BcastParameters BurstBufferParameters CertgenParameters CertgenType
    CertmgrParameters CertmgrType CheckpointType CommunicationParameters ControlAddr ControlMachine CpuFreqDef
    CpuFreqGovernors CredType CryptoType DataParserParameters DebugFlags DisableRootJobs EioTimeout Epilog
    EpilogMsgTime EpilogTimeout ExtSensorsFreq ExtSensorsType FrontendName GetEnvTimeout GpuFreqDef GroupUpdateForce
    GroupUpdateTime HashPlugin HealthCheckInterval HealthCheckNodeState HttpParserType InactiveLimit
    InteractiveStepOptions JobAcctGatherFrequency JobAcctGatherParams JobAcctGatherType JobCheckpointDir JobCompHost
    JobCompLoc JobCompParams JobCompPass JobCompPassScript JobCompPort JobCompType JobCompUser JobContainerType
    JobCredentialPrivateKey JobCredentialPublicCertificate JobFileAppend KeepAliveTime KillOnBadExit LaunchParameters
    LaunchType LogTimeFormat MailDomain MailProg MaxDBDMsgs MaxJobId MaxStepCount MCSParameters MemLimitEnforce
    MetricsAuthUsers MetricsType MinAge MpiDefault MpiParams NamespaceType PlugStackConfig PluginDir PowerParameters
    PreemptParameters PrEpParameters PrEpPlugins PrioritySiteFactorParameters PrivateData ProctrackType
    PrologEpilogTimeout PrologTimeout PropagatePrioProcess PropagateResourceLimits PropagateResourceLimitsExcept
    ReconfigFlags ResumeFailProgram ResvEpilog ResvProlog RoutePlugin SallocDefaultCommand
    SbcastParameters SchedulerAuth SchedulerPort SchedulerRootFilter ScronParameters SlurmSchedLogFile
    SlurmSchedLogLevel SlurmUser SlurmctldAddr SlurmctldDebug SlurmctldHost SlurmctldLogFile
    SlurmctldPidFile SlurmctldPlugstack SlurmctldPort SlurmctldPrimaryOffProg SlurmctldPrimaryOnProg
    SlurmctldSyslogDebug SlurmctldTimeout SlurmdDebug SlurmdLogFile SlurmdParameters SlurmdPidFile SlurmdPort
    SlurmdSpoolDir SlurmdSyslogDebug SlurmdUser SrunEpilog SrunPortRange SrunProlog StateSaveLocation
    SwitchParameters SwitchType TCPTimeout TLSParameters TLSType TaskEpilog TaskPlugin TaskPluginParam TaskProlog
    TmpFS TrackWCKey TreeWidth UnkillableStepProgram UnkillableStepTimeout UrlParserType UsePAM VSizeFactor WaitTime
    X11Parameters`,
  ),
};
