/** Sends every request to the last replica that serves. */
export default { create: () => ({ pick: (_request, view) => view.ready[view.ready.length - 1] }) };
