// A recording is read back by the reference reader of the format, npm's @mcap/core, with every checksum checked, and
// its images are decoded from CDR by the definition that the file carries.
//
//   node recording_mcap_test.mjs FOLDER_FOR_PACKAGES FOLDER_OF_PROGRAMS
//
// Ends with 77 (skipped) where the packages are not there and cannot be fetched.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import { createRequire } from "node:module";
import os from "node:os";
import path from "node:path";
import { fetchPackages } from "../fetch_packages.mjs";

const packages = { "@mcap/core": "2.2.2", "@foxglove/rosmsg": "5.0.5", "@foxglove/rosmsg2-serialization": "3.1.0" };
const [packageFolder, programs] = process.argv.slice(2);
assert.ok(programs, "usage: node recording_mcap_test.mjs FOLDER_FOR_PACKAGES FOLDER_OF_PROGRAMS");

const children = [];
function start(program, args, input) {
    const child = spawn(path.join(programs, program), args, { stdio: ["pipe", "pipe", "pipe"] });
    children.push(child);
    child.errors = "";
    child.ended = once(child, "exit");
    child.stderr.on("data", (text) => {
        child.errors += text;
        child.emit("words");
    });
    if (input !== undefined) child.stdin.end(input);
    return child;
}

/** Waits until it wrote these words to stderr, for half a minute at most. */
async function says(child, words) {
    const signal = AbortSignal.timeout(30_000);
    while (!child.errors.includes(words))
        await once(child, "words", { signal }).catch(() =>
            assert.fail(`${child.spawnargs.join(" ")} did not say ${words}, but: ${child.errors}`));
}

async function ends(child, code) {
    const [actual, killedBy] = await child.ended;
    assert.equal(actual, code, `${child.spawnargs.join(" ")} ended with ${actual ?? killedBy}: ${child.errors}`);
}

/** Records so many images of a sender's pattern, and some lines of text from a topic of their own. */
async function record(file, images, lines) {
    const name = `mcap-test-${process.pid}`;
    const recorder = start("handoff", ["record", `${name}-*`, "-o", file]);
    await says(recorder, "waiting");
    const common = ["--topic", `${name}-camera`, "--history", String(images)];
    const sender = start("sender", [...common, "--pattern", "64x48", "--rate", "200", "--count", String(images)]);
    const topic = ["--kind", "topic", "--slots", String(lines.length)];
    const text = start("handoff", ["send", `${name}-text`, ...topic, "--lines"]);
    await says(recorder, `'${name}-camera'`);
    text.stdin.write(lines[0] + "\n");
    await says(recorder, `'${name}-text'`);
    text.stdin.end(lines.slice(1).join("\n") + "\n");
    await Promise.all([ends(sender, 0), ends(text, 0)]);
    recorder.kill("SIGINT");
    await ends(recorder, 0);
    return name;
}

class FileReadable {
    constructor(bytes) {
        this.bytes = bytes;
    }
    async size() {
        return BigInt(this.bytes.length);
    }
    async read(offset, size) {
        return this.bytes.subarray(Number(offset), Number(offset + size));
    }
}

function checkStream(mcap, bytes, messages) {
    const reader = new mcap.McapStreamReader({ validateCrcs: true, includeChunks: true });
    reader.append(bytes);
    const counts = {};
    for (let record = reader.nextRecord(); record; record = reader.nextRecord())
        counts[record.type] = (counts[record.type] ?? 0) + 1;
    assert.ok(reader.done(), "the reader wants more");
    assert.equal(counts.Message, messages);
    for (const type of ["Chunk", "MessageIndex", "ChunkIndex"]) assert.ok(counts[type] >= 1, `no ${type}`);
    for (const type of ["Header", "Metadata", "DataEnd", "Statistics", "MetadataIndex", "Footer"])
        assert.equal(counts[type], 1, type);
    assert.equal(counts.SummaryOffset, 5);
}

async function checkIndexed(require, bytes, name, images, lines) {
    const mcap = require("@mcap/core");
    const { parse } = require("@foxglove/rosmsg");
    const { MessageReader } = require("@foxglove/rosmsg2-serialization");
    const reader = await mcap.McapIndexedReader.Initialize({ readable: new FileReadable(bytes) });
    assert.equal(reader.header.profile, "ros2");
    assert.match(reader.header.library, /^handoff \d/);
    assert.equal(reader.statistics.messageCount, BigInt(images + lines.length));

    const found = { [`${name}-camera`]: [], [`${name}-text`]: [] };
    const metadata = new Map();
    for await (const message of reader.readMessages({ validateCrcs: true })) {
        const channel = reader.channelsById.get(message.channelId);
        found[channel.topic].push({ message, channel });
    }
    for await (const record of reader.readMetadata()) for (const [key, value] of record.metadata) metadata.set(key, value);
    assert.equal(metadata.get(`recorded.${name}-camera`), String(images));
    assert.equal(metadata.get(`lost.${name}-camera`), "0");

    const texts = found[`${name}-text`];
    assert.deepEqual(texts.map(({ message }) => new TextDecoder().decode(message.data)), lines);
    assert.ok(texts.every(({ channel }) => channel.schemaId === 0 && channel.messageEncoding === "application/octet-stream"));

    const frames = found[`${name}-camera`];
    assert.deepEqual(frames.map(({ message }) => message.sequence), Array.from({ length: images }, (_, i) => i + 1));
    const schema = reader.schemasById.get(frames[0].channel.schemaId);
    assert.deepEqual([schema.name, schema.encoding], ["sensor_msgs/msg/Image", "ros2msg"]);
    const decoder = new MessageReader(parse(new TextDecoder().decode(schema.data), { ros2: true }));
    for (const { message, channel } of frames) {
        assert.equal(channel.messageEncoding, "cdr");
        const image = decoder.readMessage(message.data);
        assert.deepEqual([image.width, image.height, image.encoding, image.step], [64, 48, "bgr8", 192]);
        assert.equal(image.data.length, 48 * 192);
        assert.equal(image.is_bigendian, 0);
        assert.equal(message.data.length, decoder.readMessage(message.data).data.byteOffset - message.data.byteOffset + 48 * 192);
        const stamp = BigInt(image.header.stamp.sec) * 1_000_000_000n + BigInt(image.header.stamp.nanosec);
        assert.ok(message.publishTime - stamp < 60_000_000_000n && stamp <= message.publishTime, "stamp");
        assert.ok(message.publishTime <= message.logTime, "published before it was recorded");
    }
}

/** The lines that docs/recordings.md shows. */
async function checkPage({ McapIndexedReader }, bytes, messages) {
    const page = fs.readFileSync(new URL("../../docs/recordings.md", import.meta.url), "utf8");
    const [, lines] = page.match(/^```js\n(.*?)^```$/ms);
    const printed = [];
    const AsyncFunction = checkPage.constructor;
    await new AsyncFunction("McapIndexedReader", "readable", "console", lines)(
        McapIndexedReader, new FileReadable(bytes), { log: (...words) => printed.push(words) });
    assert.equal(printed.length, messages);
    for (const [topic, sequence, size] of printed) assert.ok(/-(camera|text)$/.test(topic) && sequence >= 1 && size >= 0);
}

fetchPackages(packageFolder, packages);
const require = createRequire(path.join(path.resolve(packageFolder), "index.js"));
const folder = fs.mkdtempSync(path.join(os.tmpdir(), "handoff-test-"));
try {
    const file = path.join(folder, "film.mcap");
    const images = 50;
    const lines = Array.from({ length: 20 }, (_, i) => "line ".repeat(i) + i);
    const name = await record(file, images, lines);
    const bytes = fs.readFileSync(file);
    checkStream(require("@mcap/core"), bytes, images + lines.length);
    await checkIndexed(require, bytes, name, images, lines);
    await checkPage(require("@mcap/core"), bytes, images + lines.length);
    const damaged = Uint8Array.from(bytes);
    damaged[bytes.length / 2 | 0] ^= 1;
    await assert.rejects(async () => checkStream(require("@mcap/core"), damaged, images + lines.length), "checksums are checked");
    console.log(`${images + lines.length} messages read back by @mcap/core ${packages["@mcap/core"]}`);
} finally {
    for (const child of children) child.kill("SIGKILL");
    fs.rmSync(folder, { recursive: true, force: true });
}
