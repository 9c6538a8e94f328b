#!/usr/bin/perl
# `buildctl dial-stdio`, to the BuildKit that an engine has in it: a stream that
# begins with an upgrade of the engine's API.
use strict;
use warnings;
use IO::Select;
use IO::Socket::UNIX;

die "not asked to dial: @ARGV\n" if "@ARGV" !~ /dial-stdio/;
my $engine = IO::Socket::UNIX->new(Peer => '/run/engine.sock') or die "no engine: $!\n";
my $ask = "POST /grpc HTTP/1.1\r\nHost: engine\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n";
syswrite $engine, $ask;
my $head = '';
until ($head =~ /\r\n\r\n\z/) {
    sysread $engine, $head, 1, length $head or die "the engine hung up: $head\n";
}
die $head if $head !~ m{\AHTTP/1\.1 101 };

my $streams = IO::Select->new(\*STDIN, $engine);
while (1) {
    for my $from ($streams->can_read) {
        my $to = $from == $engine ? \*STDOUT : $engine;
        sysread $from, my $piece, 65_536 or exit;
        while (length $piece) {
            my $written = syswrite $to, $piece or die "cannot write: $!\n";
            substr $piece, 0, $written, '';
        }
    }
}
