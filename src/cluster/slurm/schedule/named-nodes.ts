import { BitVector } from "../../../core/bit-vector.js";
import type { Nodes } from "../model/nodes.js";
import type { JobRequest } from "../model/request.js";

/** The nodes that a request names. */
export interface NamedNodes {
  /** --nodelist, when it names no more nodes than the job needs. */
  readonly required: BitVector | undefined;
  readonly requiredCount: number;
  /** --exclude; and all others when --nodelist names more nodes than the job needs. */
  readonly excluded: BitVector | undefined;
}

const none: NamedNodes = { required: undefined, requiredCount: 0, excluded: undefined };

/** Requests are shared and read-only, so that their names are looked up once. */
const known = new WeakMap<JobRequest, NamedNodes>();

export function namedNodes(request: JobRequest, nodes: Nodes): NamedNodes {
  if (request.nodelist.length === 0 && request.exclude.length === 0) return none;
  let named = known.get(request);
  if (named === undefined) {
    named = lookUp(request, nodes);
    known.set(request, named);
  }
  return named;
}

function lookUp(request: JobRequest, nodes: Nodes): NamedNodes {
  const set = (names: readonly string[]) =>
    BitVector.of(
      nodes.count,
      names.map((name) => nodes.index(name)).filter((index) => index >= 0),
    );
  let required = request.nodelist.length > 0 ? set(request.nodelist) : undefined;
  let excluded = request.exclude.length > 0 ? set(request.exclude) : undefined;
  if (required !== undefined && required.count() > request.minNodes) {
    const others = new BitVector(nodes.count);
    others.fill();
    others.andNot(required);
    if (excluded !== undefined) others.or(excluded);
    excluded = others;
    required = undefined;
  }
  return { required, requiredCount: required?.count() ?? 0, excluded };
}
