/** Descriptors as people write them, in the dialects that occur. */
export const realisticDescriptors: Readonly<Record<string, string>> = {
  'a plain one': `---
name: "hello-linux"
enable_cache: true
distro: "debian"
suites:
- "bookworm"
architectures:
- "amd64"
packages:
- "g++-aarch64-linux-gnu"
- "libstdc++6"
- "zlib1g-dev:i386"
- "cmake=3.25.1-1"
- "curl"
- "curl"
remotes:
- "url": "https://example.org/hello.git"
  "dir": "hello"
- "url": "git@example.org:team/hello-sigs.git"
  "dir": "hello-detached-sigs"
  "commit": "v1.0+sigs"
files:
- "SDK10.11.sdk.tar.gz"
- "a@b+c~d e.tar"
script: |

  WRAP_DIR=$HOME/wrapped
  for i in $(echo a b); do
    echo '#!/bin/bash' > \${WRAP_DIR}/\${i}
  done
`,
  'one of the oldest kind': `---
name: "hello"
suites:
- "lucid"
architectures:
- linux64
- i386
packages: 
- "git-core"
reference_datetime: "2011-01-30 00:00:00"
remotes: []
files:
- "hello-1.0.tar.gz"
script: |
  make $MAKEOPTS
`,
  'one with every key': `name: everything
distro: ubuntu
suites: [bionic, focal]
architectures: [amd64, i386]
packages: [g++, libc6-dev]
remotes:
- {url: ../hello, dir: hello world, commit: 0123456}
- {url: file:///srv/git/x.git, dir: x, commit: feature/a-b_c}
- {url: "ssh://git@example.org:2222/~team/y.git", dir: y}
- {url: "http://[::1]:8080/z", dir: z}
files: [a.tar]
reference_datetime: 2017-01-01 00:00:00
enable_cache: yes
multiarch: [i386, armhf]
repositories:
- source: deb [arch=amd64 signed-by=/usr/share/x.gpg] http://example.org/ubuntu bionic main universe
  distribution: bionic
  packages: [gcc-9]
- source: deb-src http://example.org/ubuntu ./
  distribution: x/updates
alternatives:
- package: i686-w64-mingw32-g++
  path: /usr/bin/i686-w64-mingw32-g++-posix
script: "true"
sudo: off
optionals: [debug/hello.dbg]
docker_image_digests:
- sha256:${'0'.repeat(64)}
- ${'1'.repeat(64)}
`,
  'one with keys that have no value': `name: empty
distro:
suites: [jessie]
architectures: [amd64]
packages:
remotes:
files:
reference_datetime: '2016-02-29 23:59:59'
enable_cache:
multiarch:
repositories:
alternatives:
sudo:
optionals:
docker_image_digests:
script: |
  true
`,
};
