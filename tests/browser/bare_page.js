// Put into a page before all else: remembers what a panel opens there, and shows one in front of a
// stand-in for JupyterLab that can fail in every way that JupyterLab can, and at once.

// Every track and context that there ever was, the listeners that there are, and what is heard.
window.tracks = [];
window.contexts = [];
window.listeners = new Map();
window.loudspeakers = [];
// Milliseconds by which the clock is ahead.
window.late = 0;
// What the microphone's permission waits for.
window.allowed = Promise.resolve();

(() => {
  const now = performance.now.bind(performance);
  performance.now = () => now() + window.late;
  const media = navigator.mediaDevices;
  const watch = (target, kinds) => {
    const { addEventListener: add, removeEventListener: remove } = target;
    target.addEventListener = function (kind, hear, ...rest) {
      if (kinds.includes(kind)) window.listeners.set(hear, kind);
      add.call(this, kind, hear, ...rest);
    };
    target.removeEventListener = function (kind, hear, ...rest) {
      window.listeners.delete(hear);
      remove.call(this, kind, hear, ...rest);
    };
  };
  watch(media, ["devicechange"]);
  watch(window, ["pagehide"]);
  const ask = media.getUserMedia.bind(media);
  media.getUserMedia = async (wishes) => {
    await window.allowed;
    const stream = await ask(wishes);
    window.tracks.push(...stream.getTracks());
    return stream;
  };
  window.AudioContext = class extends AudioContext {
    constructor(options) {
      super(options);
      window.contexts.push(this);
    }
  };
  const connect = AudioNode.prototype.connect;
  AudioNode.prototype.connect = function (target, ...rest) {
    if (target instanceof AudioDestinationNode) {
      const analyser = this.context.createAnalyser();
      connect.call(this, analyser);
      window.loudspeakers.push(analyser);
    }
    return connect.call(this, target, ...rest);
  };
})();

// Whether a loudspeaker sounds.
window.sounds = () =>
  loudspeakers.some((analyser) => {
    const wave = new Float32Array(analyser.fftSize);
    analyser.getFloatTimeDomainData(wave);
    return analyser.context.state !== "closed" && wave.some((sample) => sample !== 0);
  });

// A widget's model and its kernel, as JupyterLab and anywidget give them to a view.
window.show = async (module, traits) => {
  const hearers = [];
  const following = new Set();
  const comms = [];
  const kernel = {
    info: Promise.resolve(), supportsSubshells: true,
    connectionStatus: "connected", isDisposed: false, dead: false,
    dispose() {
      for (const each of [kernel, ...comms]) each.isDisposed = true;
    },
    statusChanged: {
      connect: (hear) => following.add(hear),
      disconnect: (hear) => following.delete(hear),
    },
    createComm(target) {
      const comm = {
        target, sent: [], isDisposed: false, subshellId: "its own",
        commsOverSubshells: "perCommTarget", subshellStarted: Promise.resolve(),
        open() {},
        send(data) {
          if (kernel.dead || comm.isDisposed) throw new Error("Cannot send");
          comm.sent.push(data);
        },
        close() { comm.isDisposed = true; },
        dispose() { comm.isDisposed = true; },
      };
      comms.push(comm);
      return comm;
    },
  };
  const spread = (name, ...facts) => {
    for (const [kind, hear] of [...hearers]) if (kind === name) hear(...facts);
  };
  const model = {
    get: (name) => traits[name],
    on: (name, hear) => hearers.push([name, hear]),
    off(name, hear) {
      const at = hearers.findIndex((each) => each[0] === name && each[1] === hear);
      if (at >= 0) hearers.splice(at, 1);
    },
    widget_manager: { kernel },
  };
  const { default: widget } = await import(module);
  const leave = widget.render({ model, el: document.body });
  const sent = (wanted) => comms.flatMap(({ sent }) => sent.filter(({ kind }) => kind === wanted));
  window.host = {
    kernel, comms, leave, sent,
    tell: (event, buffers = []) => spread("msg:custom", event, buffers),
    become(phase) {
      traits.phase = phase;
      spread("change:phase");
    },
    status(word) {
      for (const hear of [...following]) hear(kernel, word);
    },
    frames: () => sent("frame"),
    // Whether nothing hears and nothing sounds any more.
    closed: () =>
      tracks.every((track) => track.readyState === "ended") &&
      contexts.every((context) => context.state === "closed") &&
      comms.every((comm) => comm.isDisposed || comm.target !== "sophnet.audio"),
    // How many listeners, handlers and elements there are of it.
    left: () =>
      listeners.size + hearers.length + following.size + document.body.children.length,
  };
};
