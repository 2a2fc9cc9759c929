// Packages of npm that a test needs.
import fs from "node:fs";
import path from "node:path";
import { spawnSync } from "node:child_process";

/**
 * Fetches packages into FOLDER/node_modules unless they are there. Ends the process with 77 (skipped) if they cannot be
 * fetched.
 * @param {Record<string, string>} packages the version of each; "npm:NAME@VERSION" for one under another name
 */
export function fetchPackages(folder, packages) {
    fs.mkdirSync(folder, { recursive: true });
    const has = ([name, version]) => {
        const file = path.join(folder, "node_modules", name, "package.json");
        return fs.existsSync(file) && JSON.parse(fs.readFileSync(file)).version === version.split("@").at(-1);
    };
    if (Object.entries(packages).every(has)) return;
    fs.writeFileSync(path.join(folder, "package.json"), '{"private": true}\n');
    const wanted = Object.entries(packages).map(([name, version]) => `${name}@${version}`);
    const options = ["--ignore-scripts", "--no-audit", "--no-fund", "--fetch-retries=0", "--fetch-timeout=30000"];
    const npm = spawnSync("npm", ["install", ...options, ...wanted], { cwd: folder, timeout: 120_000 });
    if (npm.status === 0) return;
    console.log(`SKIPPED: npm cannot fetch ${wanted.join(", ")}: ${npm.error ?? npm.stderr}`);
    process.exit(77);
}
