// index.d.ts under the oldest TypeScript that knows `using`, the last of the old kind, and the newest.
//
//   node types_check.mjs FOLDER_FOR_PACKAGES FOLDER_WITH_HANDOFF
//
// Ends with 77 (skipped) where the packages are not there and cannot be fetched.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { fetchPackages } from '../../fetch_packages.mjs';

const [folder, handoff] = process.argv.slice(2);
const compilers = { ts52: '5.2.2', ts59: '5.9.3', ts70: '7.0.2' };
const aliases = Object.entries(compilers).map(([name, version]) => [name, `npm:typescript@${version}`]);
fetchPackages(folder, { ...Object.fromEntries(aliases), '@types/node': '24.13.3' });

const here = path.join(path.dirname(new URL(import.meta.url).pathname), 'types');
fs.rmSync(path.join(folder, 'node_modules', 'handoff'), { recursive: true, force: true });
fs.cpSync(path.join(handoff, 'handoff'), path.join(folder, 'node_modules', 'handoff'), { recursive: true });
for (const source of fs.readdirSync(here)) fs.copyFileSync(path.join(here, source), path.join(folder, source));
const options = ['--strict', '--noEmit', '--skipLibCheck', '--target', 'es2022', '--module', 'nodenext',
  '--moduleResolution', 'nodenext', '--lib', 'es2022,esnext.disposable,dom', '--types', 'node'];
let isWrong = false;
for (const [name, version] of Object.entries(compilers)) {
  const sources = fs.readdirSync(here).filter((source) => name !== 'ts52' || !source.includes('_with_arguments'));
  const compiler = path.join('node_modules', name, 'bin', 'tsc');
  const { status, stdout } = spawnSync(process.execPath, [compiler, ...options, ...sources], { cwd: folder });
  if (status !== 0) console.log(`TypeScript ${version}:\n${stdout}`);
  isWrong ||= status !== 0;
}
process.exit(isWrong ? 1 : 0);
