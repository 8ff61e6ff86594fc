// The transcendental functions computed independently, with integers of any size in fixed point: what the instructions
// would give with unlimited precision. Trigonometric functions take the hardware's pi of 66 bits.

const BITS = 420n;
const ONE = 1n << BITS;
const HALF_PI = 0x3243f6a8885a308d3n << (BITS - 65n);

function divide(a: bigint, b: bigint): bigint {
  return (a << BITS) / b;
}

function multiply(a: bigint, b: bigint): bigint {
  return (a * b) >> BITS;
}

/** The value of ten bytes in fixed point. */
export function fixed(view: DataView, at: number): bigint {
  const se = view.getUint16(at + 8, true);
  const shift = BigInt((se & 0x7fff) - 0x3fff - 63) + BITS;
  const sig = view.getBigUint64(at, true);
  const magnitude = shift >= 0n ? sig << shift : sig >> -shift;
  return se & 0x8000 ? -magnitude : magnitude;
}

/** Error of ten bytes against an exact value, in units in their last place. */
export function errorInUlps(view: DataView, at: number, exact: bigint): number {
  const se = view.getUint16(at + 8, true) & 0x7fff;
  const ulp = 1n << (BigInt(se - 0x3fff - 63) + BITS);
  const d = fixed(view, at) - exact;
  return Number((d * 1000000n) / ulp) / 1e6;
}

/** sum of x^k / k! over k = first, first + step, ..., with alternating signs where asked. */
function powerSeries(x: bigint, first: number, step: number, alternating: boolean): bigint {
  let term = ONE;
  for (let k = 1; k <= first; k++) term = multiply(term, x) / BigInt(k);
  let sum = 0n;
  for (let k = first; term !== 0n && term !== -1n; ) {
    sum += term;
    for (let j = 1; j <= step; j++) term = multiply(term, x) / BigInt(k + j);
    if (alternating) term = -term;
    k += step;
  }
  return sum;
}

/** The argument less the nearest multiple of pi/2, and that multiple. */
function reduce(x: bigint): [rest: bigint, quadrant: number] {
  let n = (2n * x + HALF_PI) / (2n * HALF_PI);
  if (2n * x + HALF_PI < 0n) n -= 1n;
  return [x - n * HALF_PI, Number(((n % 4n) + 4n) % 4n)];
}

export function sine(x: bigint, turn = 0): bigint {
  const [r, n] = reduce(x);
  const q = (n + turn) % 4;
  const value = q & 1 ? powerSeries(r, 0, 2, true) : powerSeries(r, 1, 2, true);
  return q & 2 ? -value : value;
}

export function cosine(x: bigint): bigint {
  return sine(x, 1);
}

export function tangent(x: bigint): bigint {
  return divide(sine(x), cosine(x));
}

function squareRoot(x: bigint): bigint {
  const n = x << BITS;
  let r = 1n << BigInt((n.toString(2).length + 1) >> 1);
  for (;;) {
    const next = (r + n / r) >> 1n;
    if (next >= r) return r;
    r = next;
  }
}

/** Arctangent of a ratio in [0, 1]: three halvings of the angle, then the series. */
function arctangent01(t: bigint): bigint {
  for (let k = 0; k < 3; k++) t = divide(t, ONE + squareRoot(ONE + multiply(t, t)));
  const z = multiply(t, t);
  let power = t;
  let sum = 0n;
  for (let k = 1n; power !== 0n && power !== -1n; k += 2n) {
    sum += power / k;
    power = -multiply(power, z);
  }
  return sum * 8n;
}

const PI = 4n * arctangent01(ONE);

/** Angle of the point (x, y), neither zero. */
export function angle(y: bigint, x: bigint): bigint {
  const ay = y < 0n ? -y : y;
  const ax = x < 0n ? -x : x;
  let a = ay <= ax ? arctangent01(divide(ay, ax)) : PI / 2n - arctangent01(divide(ax, ay));
  if (x < 0n) a = PI - a;
  return y < 0n ? -a : a;
}

/** Natural logarithm of a number near 1 or not, by the area tangent of (x-1)/(x+1). */
function logarithm(x: bigint): bigint {
  let powers = 0n;
  while (x >= 2n * ONE) {
    x >>= 1n;
    powers++;
  }
  while (x < ONE / 2n) {
    x <<= 1n;
    powers--;
  }
  const t = divide(x - ONE, x + ONE);
  const z = multiply(t, t);
  let power = t;
  let sum = 0n;
  for (let k = 1n; power !== 0n && power !== -1n; k += 2n) {
    sum += power / k;
    power = multiply(power, z);
  }
  return 2n * sum + powers * LN2;
}

const LN2: bigint = ((): bigint => {
  const t = ONE / 3n;
  let power = t;
  let sum = 0n;
  for (let k = 1n; power !== 0n; k += 2n) {
    sum += power / k;
    power /= 9n;
  }
  return 2n * sum;
})();

export function timesLog2(y: bigint, x: bigint): bigint {
  return multiply(y, divide(logarithm(x), LN2));
}

export function timesLog2Plus1(y: bigint, x: bigint): bigint {
  return timesLog2(y, ONE + x);
}

export function power2Minus1(x: bigint): bigint {
  return powerSeries(multiply(x, LN2), 1, 1, false);
}
