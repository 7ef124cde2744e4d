// Builds the assets of the pages: content-hashed files in dist/, named by dist/manifest.json.
import { createHash } from 'node:crypto';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { build } from 'esbuild';

const OUT = 'dist';
const SHIPPED_MANIFEST = '../../chalicelib/pages/manifest.json';
const ENTRIES = ['src/site.css', 'src/pay.css', 'src/pay.js'];
const COPIES = ['src/icon.svg'];
// What ships inside the files, each under its own licence.
const SHIPPED = [
  '@adyen/adyen-web',
  '@picocss/pico',
  '@fontsource-variable/newsreader',
  '@fontsource-variable/source-sans-3',
];

/** Bundle the entries; the answer maps the name of each to its hashed file. */
async function bundle() {
  const { metafile } = await build({
    entryPoints: ENTRIES,
    outdir: OUT,
    entryNames: '[name]-[hash]',
    assetNames: '[name]-[hash]',
    bundle: true,
    minify: true,
    metafile: true,
    format: 'iife',
    target: ['es2020', 'chrome111', 'firefox113', 'safari16.4'],
    loader: { '.woff2': 'file' },
    legalComments: 'none',
    logLevel: 'warning',
  });
  const files = Object.entries(metafile.outputs).filter(([, made]) => made.entryPoint);
  return files.map(([file, made]) => [basename(made.entryPoint), basename(file)]);
}

/** Copy a file as it is under a hashed name. */
async function copy(source) {
  const bytes = await readFile(source);
  const hash = createHash('sha256').update(bytes).digest('hex').slice(0, 8).toUpperCase();
  const name = basename(source);
  const hashed = name.replace(/(\.[^.]+)$/, `-${hash}$1`);
  await writeFile(join(OUT, hashed), bytes);
  return [name, hashed];
}

/** The licences of what ships, in one text file. */
async function licences() {
  const texts = SHIPPED.map(async (name) => {
    const root = join('node_modules', name);
    const licence = await readFile(join(root, name === '@picocss/pico' ? 'LICENSE.md' : 'LICENSE'), 'utf8');
    const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
    return `${name} ${version}\n\n${licence.trim()}\n`;
  });
  await writeFile(join(OUT, 'licences.txt'), (await Promise.all(texts)).join(`\n${'-'.repeat(72)}\n\n`));
}

await rm(OUT, { recursive: true, force: true });
await mkdir(OUT, { recursive: true });
const names = [...(await bundle()), ...(await Promise.all(COPIES.map(copy)))].sort();
await licences();
const manifest = `${JSON.stringify(Object.fromEntries(names), null, 2)}\n`;
// The second copy ships with the code that writes the addresses into the pages.
await Promise.all([join(OUT, 'manifest.json'), SHIPPED_MANIFEST].map((file) => writeFile(file, manifest)));
