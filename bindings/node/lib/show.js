'use strict';
// What console.log and JSON.stringify show of handles, slots, images and values.

const inspectCustom = Symbol.for('nodejs.util.inspect.custom');
/** A method: what there is to know of this object now, as a plain object. */
const kFacts = Symbol('facts');

/** JSON has neither 64-bit numbers nor NaN: they are strings there, which say what they are. */
function forJson(value) {
  if (typeof value === 'bigint' || (typeof value === 'number' && !Number.isFinite(value))) return String(value);
  if (ArrayBuffer.isView(value)) return Array.from(value, forJson);
  return value;
}

function factsForJson(facts) {
  return Object.fromEntries(Object.entries(facts).map(([name, value]) => [name, forJson(value)]));
}

/** Lets JSON.stringify take a plain object with 64-bit numbers; undefined stays undefined. */
function shown(object) {
  if (object === undefined) return undefined;
  return Object.defineProperty(object, 'toJSON', { value: () => factsForJson(object) });
}

/** A description is that of an image, or of an array. */
function imageIn(description) {
  return description?.dtype === undefined ? description : undefined;
}

/** The type of the numbers in a pixel. */
function dtypeOf({ kind, bytesPerChannel }) {
  return { u: 'uint', i: 'int', f: 'float' }[kind] + 8 * bytesPerChannel;
}

/** What it describes as an array: an image without gaps between its rows is one, too. */
function arrayIn(description) {
  if (description === undefined || description.dtype !== undefined) return description;
  const { width, height, channels, bytesPerChannel, step, captureTimeNs } = description;
  if (step !== width * channels * bytesPerChannel) return undefined;
  const shape = channels === 1 ? [height, width] : [height, width, channels];
  return shown({ dtype: dtypeOf(description), shape, byteLength: step * height, captureTimeNs });
}

/** A description under the name of what it is. */
function named(description, image, array) {
  return { [description?.dtype === undefined ? image : array]: description };
}

/** The facts of a slot, with the descriptions in them. */
function shownFacts(facts) {
  shown(facts.image);
  shown(facts.replyImage);
  return facts;
}

/** The same as people see them. */
function factsToShow({ image, replyImage, ...facts }) {
  const reply = replyImage && named(replyImage, 'replyImage', 'replyArrayDescription');
  return { ...facts, ...named(image, 'image', 'arrayDescription'), ...reply };
}

/** Showing something never throws: it may be in a wait that tolerates no call beside it. */
function factsOf(object) {
  try {
    return object[kFacts]();
  } catch (error) {
    return { unknown: error.message };
  }
}

/** Gives a class with kFacts its text and its JSON. */
function showing(Class) {
  Object.defineProperty(Class.prototype, 'toJSON', {
    value() {
      return factsForJson(factsOf(this));
    },
  });
  Object.defineProperty(Class.prototype, inspectCustom, {
    value(depth, options, inspect) {
      if (depth < 0) return options.stylize(`[${this.constructor.name}]`, 'special');
      return `${this.constructor.name} ${inspect(factsOf(this), options)}`;
    },
  });
}

module.exports = { arrayIn, dtypeOf, factsToShow, imageIn, kFacts, showing, shown, shownFacts };
