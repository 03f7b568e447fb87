module.exports = {
  module: {
    rules: [
      // The worklet of the microphone is handed to the browser as text, as the panels do it.
      { resourceQuery: /text/, type: "asset/source" },
      { test: /\.ipynb$/, type: "json" },
    ],
  },
  // Ids by order: the usual ones come from paths, so that each folder would make other bytes.
  optimization: { moduleIds: "natural", chunkIds: "natural" },
};
