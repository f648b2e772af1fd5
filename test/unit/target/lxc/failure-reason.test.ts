import { describe, expect, it } from 'vitest';
import { failureReason } from '../../../../src/target/lxc/session/failure-reason.js';

describe('why a session did not come up', () => {
  it('is a program that one of our scripts lacks', () => {
    const words = '/x y/share/lxc/session.sh: 132: setpriv: not found\n';
    expect(failureReason('network', words)).toEqual({
      reason: '"setpriv" is not installed',
      hint: 'apt-get install util-linux',
    });
    const bash = '/opt/share/lxc/network.sh: line 7: ip: command not found\n';
    expect(failureReason(undefined, bash).hint).toBe('apt-get install iproute2');
  });

  it('is a program of another version', () => {
    expect(failureReason(undefined, "setpriv: unrecognized option '--reuid=0'\n")).toEqual({
      reason: "setpriv: unrecognized option '--reuid=0'",
      hint: 'setpriv --version; apt-get install --reinstall util-linux',
    });
    const stat = "stat: unknown option -- -c\nit is another user's, or others may write in it\n";
    expect(failureReason('target-folder', stat)).toEqual({
      reason: 'stat: unknown option -- -c',
      hint: 'stat --version; apt-get install --reinstall coreutils',
    });
  });

  it('is what was said last, or that nothing was', () => {
    expect(failureReason(undefined, 'one\ntwo\n')).toEqual({ reason: 'two', hint: undefined });
    expect(failureReason(undefined, '')).toEqual({
      reason: 'its session ended without a word',
      hint: undefined,
    });
    expect(failureReason('network', '').reason).toBe('slirp4netns ended without a word');
  });

  it("is LXC's first complaint", () => {
    const words =
      'lxc-start x 2026 ERROR    conf - conf.c:run:1 - No such init\nlxc-start x 2026 ERROR start - start.c:go:2 - Failed\n';
    expect(failureReason('container', words).reason).toContain('No such init');
  });
});
