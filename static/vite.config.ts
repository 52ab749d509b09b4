import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";
import { compress } from "./plugins/compress.ts";
import { notices } from "./plugins/notices.ts";
import { mantineVariables } from "./plugins/variables.ts";

/** Which server `npm run dev` asks. */
const APPOS = process.env.APPOS ?? "http://127.0.0.1:9091";

export default defineConfig({
  plugins: [mantineVariables(), react(), notices(), compress()],
  resolve: { alias: { "@": fileURLToPath(new URL("src", import.meta.url)) } },
  build: {
    // A data: address would be refused by the policy for anything but an image.
    assetsInlineLimit: 0,
    // Names of files tell what they hold, so that they may be kept for ever.
    assetsDir: "assets",
    cssCodeSplit: true,
    manifest: "manifest.json",
    modulePreload: { polyfill: false },
    reportCompressedSize: true,
    rollupOptions: {
      output: {
        // What changes together with a package's version, and not with AppOS's.
        manualChunks: (id) =>
          /node_modules\/(react|react-dom|scheduler|react-router)\//.test(id) ? "react" : undefined,
      },
    },
  },
  test: { include: ["src/**/*.test.ts"], environment: "happy-dom" },
  server: { proxy: { "^/(api|_|setup|terminal)(/|$)": { target: APPOS, ws: true } } },
});
