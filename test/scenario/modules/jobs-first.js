/** Jobs before replicas, each in order of submission. */
export default {
  create: () => ({
    pass(view, act) {
      for (const replicas of [false, true])
        for (let job = view.queue.first; job >= 0; ) {
          const next = view.queue.next(job);
          if (view.jobs.isReplica(job) === replicas && !act.start(job)) act.hold(job, "Resources");
          job = next;
        }
    },
  }),
};
