/** Of the pending jobs, the one with the smallest estimate starts first. */
export default {
  create: () => ({
    pass(view, act) {
      for (;;) {
        let best = -1;
        for (let job = view.queue.first; job >= 0; job = view.queue.next(job))
          if (best < 0 || view.jobs.estimate(job) < view.jobs.estimate(best)) best = job;
        if (best < 0) return;
        if (!act.start(best)) return act.hold(best, "Resources");
      }
    },
  }),
};
