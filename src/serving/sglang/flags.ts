/** Flags of SGLang's server that decide nothing that we simulate: accepted without a word. */
export const withoutEffect = new Set(
  `model-path model tokenizer-path tokenizer-mode tokenizer-worker-num skip-tokenizer-init load-format
  model-loader-extra-config trust-remote-code revision model-impl host port fastapi-root-path grpc-mode
  skip-server-warmup warmups nccl-port checkpoint-engine-wait-weights-before-ready dtype device random-seed
  constrained-json-whitespace-pattern constrained-json-disable-any-whitespace watchdog-timeout soft-watchdog-timeout
  dist-timeout download-dir model-checksum base-gpu-id gpu-id-step sleep-on-idle log-level log-level-http log-requests
  log-requests-level log-requests-format log-requests-target uvicorn-access-log-exclude-prefixes crash-dump-folder
  show-time-cost enable-metrics enable-mfu-metrics enable-metrics-for-all-schedulers
  tokenizer-metrics-custom-labels-header tokenizer-metrics-allowed-custom-labels bucket-time-to-first-token
  bucket-inter-token-latency bucket-e2e-request-latency collect-tokens-histogram prompt-tokens-buckets
  generation-tokens-buckets gc-warning-threshold-secs decode-log-interval enable-request-time-stats-logging
  kv-events-config enable-trace otlp-traces-endpoint export-metrics-to-file export-metrics-to-file-dir api-key
  admin-api-key served-model-name weight-version chat-template hf-chat-template-name completion-template
  file-storage-path enable-cache-report reasoning-parser tool-call-parser tool-server sampling-defaults
  dist-init-addr nccl-init-addr nnodes node-rank json-model-override-args preferred-sampling-params sampling-backend
  grammar-backend enable-tokenizer-batch-encode disable-tokenizer-batch-decode disable-outlines-disk-cache
  enable-nan-detection enable-p2p-check delete-ckpt-after-loading enable-custom-logit-processor numa-node
  enable-return-hidden-states enable-return-routed-experts enable-profile-cuda-graph enable-cudagraph-gc
  enable-layerwise-nvtx-marker enable-dynamic-batch-tokenizer dynamic-batch-tokenizer-batch-size
  dynamic-batch-tokenizer-batch-timeout debug-tensor-dump-output-folder debug-tensor-dump-layers
  debug-tensor-dump-input-file debug-tensor-dump-inject custom-weight-loader weight-loader-disable-mmap
  weight-loader-prefetch-checkpoints weight-loader-prefetch-num-threads load-balance-method incremental-streaming-output
  load-watch-interval abort-on-priority-when-disabled`.split(/\s+/),
);

/** Flags that change what the engine does in a way that is not modelled: accepted, and named once. */
export const notModelled = new Set(
  `is-embedding enable-multimodal quantization-param-path enable-fp32-lm-head modelopt-quant quantize-and-serve
  rl-quant-profile enable-quant-communications max-queued-requests enable-dynamic-chunking swa-full-tokens-ratio
  disable-hybrid-swa-memory enable-prefill-delayer prefill-delayer-max-delay-passes
  prefill-delayer-token-usage-low-watermark prefill-delayer-queue-min-ratio prefill-delayer-max-delay-ms
  attention-context-parallel-size attn-cp-size moe-data-parallel-size moe-dp-size pp-max-micro-batch-size
  pp-async-batch-depth stream-interval enable-lora enable-lora-overlap-loading max-lora-rank lora-target-modules
  lora-paths max-loras-per-batch max-loaded-loras lora-eviction-policy lora-backend max-lora-chunk-size
  lora-drain-wait-threshold attention-backend prefill-attention-backend decode-attention-backend mm-attention-backend
  dsa-prefill-backend dsa-decode-backend nsa-prefill-backend nsa-decode-backend fp8-gemm-backend fp4-gemm-backend
  disable-flashinfer-autotune speculative-algorithm speculative-draft-model-path speculative-draft-model
  speculative-draft-model-revision speculative-draft-load-format speculative-num-steps speculative-eagle-topk
  speculative-num-draft-tokens speculative-accept-threshold-single speculative-accept-threshold-acc
  speculative-token-map speculative-attention-mode speculative-draft-attention-backend speculative-moe-runner-backend
  speculative-moe-a2a-backend speculative-draft-model-quantization speculative-ngram-min-bfs-breadth
  speculative-ngram-max-bfs-breadth speculative-ngram-match-type speculative-ngram-max-trie-depth
  speculative-ngram-capacity enable-multi-layer-eagle expert-parallel-size ep-size ep moe-a2a-backend
  moe-runner-backend flashinfer-mxfp4-moe-precision enable-flashinfer-allreduce-fusion enable-aiter-allreduce-fusion
  deepep-mode deepep-dispatcher-output-dtype ep-num-redundant-experts ep-dispatch-algorithm init-expert-location
  enable-eplb eplb-algorithm eplb-rebalance-num-iterations eplb-rebalance-layers-per-chunk deepep-config
  moe-dense-tp-size elastic-ep-backend max-mamba-cache-size mamba-ssm-dtype mamba-full-memory-ratio
  mamba-scheduler-strategy mamba-track-interval enable-hierarchical-cache hicache-ratio hicache-size
  hicache-write-policy hicache-io-backend hicache-mem-layout hicache-storage-backend hicache-storage-prefetch-policy
  hicache-storage-backend-extra-config hierarchical-sparse-attention-extra-config enable-lmcache kt-weight-path
  kt-method kt-cpuinfer kt-threadpool-count kt-num-gpu-experts dllm-algorithm dllm-algorithm-config cpu-offload-gb
  offload-group-size offload-num-in-group offload-prefetch-step offload-mode multi-item-scoring-delimiter
  cuda-graph-bs disable-cuda-graph disable-cuda-graph-padding enable-nccl-nvls enable-symm-mem
  disable-custom-all-reduce enable-mscclpp enable-torch-symm-mem enable-dp-attention enable-dp-lm-head
  enable-two-batch-overlap enable-single-batch-overlap tbo-token-distribution-threshold enable-torch-compile
  disable-piecewise-cuda-graph enforce-piecewise-cuda-graph piecewise-cuda-graph-tokens
  piecewise-cuda-graph-compiler piecewise-cuda-graph-max-tokens torch-compile-max-bs torchao-config
  triton-attention-reduce-in-fp32 triton-attention-num-kv-splits triton-attention-split-tile-size
  num-continuous-decode-steps enable-memory-saver allow-auto-truncate flashinfer-mla-disable-ragged
  disable-shared-experts-fusion disable-chunked-prefix-cache scheduler-recv-interval enable-deterministic-inference
  rl-on-policy-target enable-attn-tp-input-scattered enable-fused-qk-norm-rope disaggregation-mode
  disaggregation-transfer-backend disaggregation-bootstrap-port disaggregation-ib-device
  disaggregation-decode-enable-offload-kvcache num-reserved-decode-tokens disaggregation-decode-polling-interval
  encoder-only language-only enable-pdmux pdmux-config-path sm-group-num config mm-enable-dp-encoder
  limit-mm-data-per-request enable-mm-global-cache hybrid-kvcache-ratio`.split(/\s+/),
);

export const otherSpellings: Readonly<Record<string, string>> = {
  "--tp": "tp-size",
  "--tensor-parallel-size": "tp-size",
  "--pp": "pipeline-parallel-size",
  "--pp-size": "pipeline-parallel-size",
  "--dp": "data-parallel-size",
  "--dp-size": "data-parallel-size",
};
