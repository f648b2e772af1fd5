import { describe, expect, it } from 'vitest';
import { provisioningSteps, sudoRule } from '../../../src/build/guest/provisioning.js';

const nothing = { multiarch: [], repositories: [], packages: [], alternatives: [] };

const lines = (facts: Parameters<typeof provisioningSteps>[0]): string[] =>
  provisioningSteps(facts).flatMap(({ title, commands }) =>
    commands.map(
      ({ argv, stdin }) => `${title}: ${argv.join(' ')}${stdin === undefined ? '' : ` <<< ${stdin}`}`,
    ),
  );

describe('provisioning', () => {
  it('updates the package lists even when there is nothing to install', () => {
    expect(lines(nothing)).toEqual([
      'Updating apt-get repository: apt-get -o Acquire::Retries=3 -o Dpkg::Use-Pty=0 -o APT::Update::Error-Mode=any update',
    ]);
  });

  it('goes from architectures and repositories to packages and alternatives', () => {
    expect(
      lines({
        multiarch: ['i386'],
        repositories: [
          { source: 'deb http://localhost/r extra main', distribution: 'extra', packages: ['newer'] },
        ],
        packages: ['g++', 'libc6:i386'],
        alternatives: [{ package: 'cc', path: '/usr/bin/gcc-12' }],
      }),
    ).toEqual([
      'Adding multiarch support: dpkg --add-architecture i386',
      'Adding repositories to the sources list: tee -a -- /etc/apt/sources.list <<< deb http://localhost/r extra main\n',
      'Updating apt-get repository: apt-get -o Acquire::Retries=3 -o Dpkg::Use-Pty=0 -o APT::Update::Error-Mode=any update',
      'Installing additional packages: apt-get -o Acquire::Retries=3 -o Dpkg::Use-Pty=0 --no-install-recommends -y install -- g++ libc6:i386',
      'Installing additional packages from repository extra: apt-get -o Acquire::Retries=3 -o Dpkg::Use-Pty=0 --no-install-recommends -y -t extra install -- newer',
      'Setting alternatives: update-alternatives --set cc /usr/bin/gcc-12',
    ]);
  });

  it('lets the group of the build user become root', () => {
    expect(sudoRule('debian')).toEqual({
      argv: ['tee', '--', '/etc/sudoers.d/debian'],
      stdin: '%debian ALL=(ALL) NOPASSWD: ALL\n',
    });
  });
});
