/** Flags of `vllm serve` that decide nothing that we simulate: accepted without a word. */
export const withoutEffect = new Set(
  `host port uds api-key served-model-name tokenizer tokenizer-mode trust-remote-code download-dir load-format seed
  revision code-revision tokenizer-revision config-format chat-template chat-template-content-format response-role
  ssl-keyfile ssl-certfile ssl-ca-certs allow-credentials allowed-origins allowed-methods allowed-headers root-path
  middleware uvicorn-log-level disable-uvicorn-access-log disable-log-requests enable-log-requests
  disable-log-stats max-log-len enable-auto-tool-choice tool-call-parser reasoning-parser enable-reasoning
  disable-frontend-multiprocessing distributed-executor-backend generation-config override-generation-config
  allowed-local-media-path hf-token hf-config-path hf-overrides model-impl prefix-caching-hash-algo otlp-traces-endpoint
  collect-detailed-traces show-hidden-metrics-for-version enable-server-load-tracking enable-prompt-tokens-details
  return-tokens-as-token-ids max-logprobs logprobs-mode api-server-count task runner convert skip-tokenizer-init model
  dtype config headless enable-force-include-usage aggregate-engine-logging safetensors-load-strategy
  model-loader-extra-config ignore-patterns use-tqdm-on-load pt-load-map-location max-parallel-loading-workers
  reasoning-parser-plugin tool-parser-plugin tool-server exclude-tools-when-tool-choice-none allowed-media-domains
  master-addr master-port nnodes node-rank ray-workers-use-nsight worker-cls worker-extension-cls kv-cache-metrics
  kv-cache-metrics-sample cudagraph-metrics enable-layerwise-nvtx-tracing enable-mfu-metrics
  enable-logging-iteration-details profiler-config logits-processors logits-processor-pattern io-processor-plugin
  allow-deprecated-quantization enable-return-routed-experts log-config-file disable-fastapi-docs enable-ssl-refresh
  ssl-ciphers h11-max-incomplete-event-size h11-max-header-count enable-log-outputs log-error-stack enable-request-id-headers
  default-chat-template-kwargs trust-request-chat-template enable-tokenizer-info-endpoint 
  enable-fault-tolerance shutdown-on-fault-tolerance-failure engine-recovery-timeout internal-fault-report-port
  external-fault-notify-port gloo-comm-timeout`.split(/\s+/),
);

/** Flags that change what an engine does in a way that is not modelled: accepted, and named once. */
export const notModelled = new Set(
  `swap-space cpu-offload-gb enforce-eager compilation-config optimization-level cuda-graph-sizes
  max-seq-len-to-capture enable-lora max-loras max-lora-rank max-cpu-loras lora-modules fully-sharded-loras
  speculative-config kv-transfer-config kv-events-config kv-offloading-backend kv-cache-memory-bytes
  enable-expert-parallel enable-eplb eplb-config num-redundant-experts disable-custom-all-reduce all2all-backend
  limit-mm-per-prompt mm-processor-kwargs disable-mm-preprocessor-cache mm-processor-cache-gb guided-decoding-backend
  structured-outputs-config scheduler-cls scheduler-delay-factor preemption-mode num-scheduler-steps multi-step-stream-outputs
  disable-hybrid-kv-cache-manager disable-sliding-window disable-cascade-attention attention-backend
  decode-context-parallel-size prefill-context-parallel-size enable-dbo stream-interval  calculate-kv-scales
  mamba-cache-dtype mamba-ssm-cache-dtype cpu-kvcache-space rope-scaling rope-theta enable-sleep-mode
  disable-chunked-mm-input max-num-encoder-input-tokens dcp-kv-cache-interleave-size cp-kv-cache-interleave-size
  data-parallel-rank data-parallel-start-rank data-parallel-size-local data-parallel-address data-parallel-rpc-port
  data-parallel-backend data-parallel-hybrid-lb data-parallel-external-lb ubatch-size dbo-decode-token-threshold
  dbo-prefill-token-threshold disable-nccl-for-dp-synchronization expert-placement-strategy kv-sharing-fast-prefill
  mamba-block-size mamba-cache-mode enable-mm-embeds media-io-kwargs mm-processor-cache-type
  mm-shm-cache-max-object-size-mb mm-encoder-only mm-encoder-tp-mode mm-encoder-attn-backend interleave-mm-strings
  skip-mm-profiling video-pruning-rate lora-dtype enable-tower-connector-lora default-mm-loras specialize-active-lora
  cudagraph-capture-sizes max-cudagraph-capture-size ec-transfer-config attention-config additional-config afd-config
  weight-transfer-config pooler-config override-attention-dtype enable-prompt-embeds disable-cascade-attn
  language-model-only num-lookahead-slots use-v2-block-manager speculative-model num-speculative-tokens enable-prompt-adapter
  max-prompt-adapters`.split(/\s+/),
);

export const shortFlags: Readonly<Record<string, string>> = {
  "-tp": "tensor-parallel-size",
  "-pp": "pipeline-parallel-size",
  "-dp": "data-parallel-size",
  "-q": "quantization",
  "-O": "optimization-level",
  "-cc": "compilation-config",
  "-ac": "attention-config",
  "-ep": "enable-expert-parallel",
  "-dcp": "decode-context-parallel-size",
  "-pcp": "prefill-context-parallel-size",
  "-n": "nnodes",
  "-r": "node-rank",
  "-dpn": "data-parallel-rank",
  "-dpr": "data-parallel-start-rank",
  "-dpl": "data-parallel-size-local",
  "-dpa": "data-parallel-address",
  "-dpp": "data-parallel-rpc-port",
  "-dpb": "data-parallel-backend",
  "-dph": "data-parallel-hybrid-lb",
  "-dpe": "data-parallel-external-lb",
};
