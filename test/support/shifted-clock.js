// For `node --import`: the clock of this process goes half a year ahead.
const real = Date;
const now = () => real.now() + 180 * 24 * 3_600_000;

globalThis.Date = new Proxy(real, {
  construct: (target, args, made) => Reflect.construct(target, args.length === 0 ? [now()] : args, made),
  apply: (target) => new target(now()).toString(),
  get: (target, key) => (key === 'now' ? now : Reflect.get(target, key)),
});
