using System.Runtime.InteropServices;
using LeadSync.Local;
using LeadSync.Local.Broker;
using LeadSync.Local.Commands;
using Spectre.Console;

// ./run starts this program and sets what it needs to know; its --help says what each command does.
using var stop = new CancellationTokenSource();
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, StopOnce);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, StopOnce);

using var handler = new SocketsHttpHandler { UseProxy = false };
using var http = new HttpClient(handler);
var console = AnsiConsole.Console;

if (Console.IsOutputRedirected)
{
    // Not a terminal: no colours, and tables need not fit 80 columns.
    console = AnsiConsole.Create(
        new AnsiConsoleSettings
        {
            Ansi = AnsiSupport.No,
            ColorSystem = ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
        }
    );
    console.Profile.Width = 160;
}
try
{
    var checkout = Checkout.FromEnvironment();
    switch (args)
    {
        case ["start", .. var options]:
            return await new RunCommand(checkout, http, console, TimeProvider.System).RunAsync(
                Parse(options),
                stop.Token
            );
        case ["stop"]:
            await StopCommand.RunAsync(checkout, console, stop.Token);
            return 0;
        case ["status"]:
            await StatusCommand.RunAsync(checkout, http, console, stop.Token);
            return 0;
        case ["reset"]:
            await ResetCommand.RunAsync(checkout, http, console, stop.Token);
            return 0;
        case ["deadletters", .. var options] when options is [] or ["--show"]:
            await new DeadLetters(ManagementApi.FromEnvironment(http), console).ListAsync(
                options is ["--show"],
                stop.Token
            );
            return 0;
        case ["redrive", var queue]:
            var moved = await Redrive.RunAsync(new Uri(Checkout.Required("LEADSYNC_RABBITMQ")), queue, stop.Token);
            console.Say($"{moved} messages are back in their queue.");
            return 0;
        case ["discard", var queue, "--yes"]:
            await ManagementApi.FromEnvironment(http).PurgeAsync(DeadLetters.QueueOf(queue), stop.Token);
            console.Say($"{DeadLetters.QueueOf(queue)} is empty.");
            return 0;
        case ["discard", var queue]:
            throw new CommandException(
                $"This deletes every message of {DeadLetters.QueueOf(queue)} for ever: ./run discard {queue} --yes"
            );
        case ["publisher", var workspace, var source]:
            await Publisher.MakeAsync(
                ManagementApi.FromEnvironment(http),
                new Uri(Checkout.Required("LEADSYNC_RABBITMQ")),
                workspace,
                source,
                console,
                stop.Token
            );
            return 0;
        default:
            throw new CommandException($"'{string.Join(' ', args)}' is no command. ./run --help lists them.");
    }
}
catch (CommandException fault)
{
    await Console.Error.WriteLineAsync(fault.Message);
    return 1;
}
catch (OperationCanceledException) when (stop.IsCancellationRequested)
{
    return 130;
}

static RunOptions Parse(string[] options)
{
    var run = new RunOptions(Once: false, LeadsFile: null);
    for (var at = 0; at < options.Length; at++)
    {
        run = options[at] switch
        {
            "--once" => run with { Once = true },
            "--leads" when at + 1 < options.Length => run with { LeadsFile = options[++at] },
            "--leads" => throw new CommandException("--leads needs a file."),
            var other => throw new CommandException($"'{other}' is no option. ./run --help lists them."),
        };
    }
    return run;
}

// The first asks to stop, and stopping takes seconds; the second ends this program at once and leaves the rest running.
void StopOnce(PosixSignalContext context)
{
    context.Cancel = !stop.IsCancellationRequested;
    stop.Cancel();
}
