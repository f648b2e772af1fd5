import { expect } from 'vitest';
import { GitianError } from '../../../src/core/errors/gitian-error.js';
import { validateDescriptor, type ValidDescriptor } from '../../../src/descriptor/validate.js';
import { readYaml } from '../../../src/yaml/read.js';

/** What the text of a descriptor, `x.yml`, says. */
export function validate(text: string): ValidDescriptor {
  return validateDescriptor(readYaml(Buffer.from(text), 'x.yml'), 'x.yml');
}

/** The problems of a descriptor, in the order in which they are told. */
export function problemsOf(text: string): readonly string[] {
  try {
    validate(text);
  } catch (error) {
    if (!(error instanceof GitianError)) throw error;
    expect(error).toMatchObject({ code: 'descriptor-invalid', exitCode: 2 });
    return [...(/ has \d+ problems:$/.test(error.message) ? [] : [error.message]), ...error.lines];
  }
  return [];
}
