import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

const server = process.env.DBVC_SERVER ?? "http://127.0.0.1:7510";

export default defineConfig({
    plugins: [react()],
    // The page allows no inline script and no data: font, so nothing may be folded into another file.
    build: {
        outDir: "../artifacts/dashboard/dist",
        emptyOutDir: true,
        assetsInlineLimit: 0,
        modulePreload: { polyfill: false },
        sourcemap: false,
        target: "es2022",
        chunkSizeWarningLimit: 900,
    },
    server: { proxy: { "/api": server, "/login": server, "/logout": server } },
});
