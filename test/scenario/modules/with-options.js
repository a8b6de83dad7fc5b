/** FIFO that starts jobs only at multiples of `every`. */
export default {
  info: {
    options: [{ name: "every", type: "duration", default: "10s", description: "Time between starts" }],
  },
  create: ({ every }) => ({
    pass(view, act) {
      if (view.queue.first < 0) return;
      if (view.now % every === 0) while (view.queue.first >= 0 && act.start(view.queue.first));
      if (view.queue.first >= 0) act.wake((Math.floor(view.now / every) + 1) * every);
    },
  }),
};
