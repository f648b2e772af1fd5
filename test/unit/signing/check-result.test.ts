import { describe, expect, it } from 'vitest';
import type { Report } from '../../../src/assertion/report.js';
import { checkResult } from '../../../src/signing/check-result.js';

const own = 'a'.repeat(64);
const other = 'b'.repeat(64);

const check = (report: Partial<Report>, allowEmpty = false): void => {
  const whole: Report = {
    outManifest: `${other}  hello\n`,
    inManifest: `${own}  hello-desc.yml\n`,
    baseManifests: new Map(),
    cacheCommonManifest: '',
    cachePackageManifest: '',
    ...report,
  };
  checkResult(
    {
      report: whole,
      resultPath: 'result/hello-res.yml',
      descriptorPath: 'h.yml',
      name: 'hello',
      sha256: own,
    },
    allowEmpty,
  );
};

describe('checkResult', () => {
  it('takes a result of the descriptor', () => {
    expect(() => {
      check({});
    }).not.toThrow();
  });

  it.each([
    [`${other}  hello-desc.yml\n`, 'the descriptor has changed since'],
    [`${own}  hullo-desc.yml\n`, 'built from "hullo-desc.yml"'],
    [`${own}  hello.tar.gz\n`, "doesn't say which descriptor"],
    ['', "doesn't say which descriptor"],
    // The descriptor is the first line; a file that is called like one doesn't make up for it.
    [`${other}  x\n${own}  hello-desc.yml\n`, "doesn't say which descriptor"],
  ])('refuses a result with the inputs %j', (inManifest, reason) => {
    expect(() => {
      check({ inManifest });
    }).toThrow(reason);
  });

  it('refuses a result without outputs, unless told otherwise', () => {
    expect(() => {
      check({ outManifest: '' });
    }).toThrow('lists no outputs');
    expect(() => {
      check({ outManifest: '' }, true);
    }).not.toThrow();
  });
});
