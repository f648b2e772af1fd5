import { describe, expect, it } from 'vitest';
import { guestSource } from '../../../src/commands/copy-from-target.js';
import { guestVariables } from '../../../src/commands/options/guest-variables.js';

describe('guestVariables', () => {
  it.each([
    ['', {}],
    ['A=1', { A: '1' }],
    ['A=1 B=2', { A: '1', B: '2' }],
    [`A='x y'  B="z w"`, { A: 'x y', B: 'z w' }],
    ['A=', { A: '' }],
    ['A=b=c', { A: 'b=c' }],
    ['A=$HOME', { A: '$HOME' }],
  ])('reads %j', (text, variables) => {
    expect(guestVariables(text)).toEqual(variables);
  });

  it.each(['A', '1=2', 'A=1 B', '=x', 'A-B=1', `A='x`])('refuses %j', (text) => {
    expect(() => guestVariables(text)).toThrow('--env must be');
  });
});

describe('guestSource', () => {
  it.each([
    ['out', { directory: '.', names: ['out'] }],
    ['out/', { directory: '.', names: ['out'] }],
    ['cache/name/', { directory: 'cache', names: ['name'] }],
    ['/home/debian/out//', { directory: '/home/debian', names: ['out'] }],
    ['a/../b', { directory: '.', names: ['b'] }],
    ['.', { directory: '.' }],
    ['./', { directory: '.' }],
    ['a/b/.', { directory: 'a/b' }],
    ['..', { directory: '..' }],
    ['/', { directory: '/' }],
    ['-rf', { directory: '.', names: ['-rf'] }],
  ])('takes %j for %j', (source, meant) => {
    expect(guestSource(source)).toEqual(meant);
  });
});
