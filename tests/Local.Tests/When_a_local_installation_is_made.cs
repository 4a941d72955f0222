using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using LeadSync.Local.Processes;

namespace LeadSync.Local.Tests;

public sealed partial class When_a_local_installation_is_made : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("leadsync-local-").FullName;

    [Fact]
    public void Keys_are_made_once_and_only_their_owner_can_read_them()
    {
        var first = new Keys(Path.Combine(_folder, "keys"));
        var again = new Keys(Path.Combine(_folder, "keys"));

        first.Service.ShouldBe(again.Service);
        Convert.FromBase64String(first.Service).Length.ShouldBe(32);
        first.Master.ShouldNotBe(first.Service, StringComparer.Ordinal);
        ApiKey().IsMatch(first.Api).ShouldBeTrue();
        File.ReadAllText(first.ApiPath).ShouldBe(first.Api);
        if (!OperatingSystem.IsWindows())
            File.GetUnixFileMode(first.ApiPath).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    [Fact]
    public void A_port_that_somebody_has_is_replaced_by_one_a_hundred_further()
    {
        using var somebody = new TcpListener(IPAddress.Loopback, 0);
        somebody.Start();
        var taken = ((IPEndPoint)somebody.LocalEndpoint).Port;

        var chosen = Ports.Choose(taken, new HashSet<int>());

        chosen.ShouldBeGreaterThan(taken);
        ((chosen - taken) % 100).ShouldBe(0);
        Ports.IsFree(chosen).ShouldBeTrue();
    }

    [Fact]
    public void Two_services_never_settle_for_the_same_port()
    {
        var first = Ports.Choose(24_080, new HashSet<int>());

        Ports.Choose(first, new HashSet<int> { first }).ShouldNotBe(first);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [GeneratedRegex("^ls_live_[a-z0-9]{16}_[A-Za-z0-9_-]{43}$", RegexOptions.CultureInvariant, 100)]
    private static partial Regex ApiKey();
}
