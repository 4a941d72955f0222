# shellcheck shell=bash
# Sourced by ./run, ./test and .ci/run from the checkout's root: finds the .NET SDK that global.json asks for, or says what is missing.

needed=$(sed -n 's/.*"version": *"\([0-9]*\.[0-9]*\.[0-9]*\)".*/\1/p' global.json)
if ! command -v dotnet >/dev/null && [[ -x $HOME/.dotnet/dotnet ]]; then
  # Where Microsoft's install script puts it.
  PATH=$HOME/.dotnet:$PATH
fi
if ! command -v dotnet >/dev/null; then
  echo "LeadSync needs the .NET SDK $needed or a later ${needed%%.*}.0 one, and there is no 'dotnet' on the PATH: https://dotnet.microsoft.com/download" >&2
  exit 1
fi
if ! dotnet --version >/dev/null 2>&1; then
  echo "LeadSync needs the .NET SDK $needed or a later ${needed%%.*}.0 one; this machine has: $(cd / && dotnet --list-sdks | cut -d' ' -f1 | paste -sd' ' -). https://dotnet.microsoft.com/download" >&2
  exit 1
fi
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_CLI_UI_LANGUAGE=en
