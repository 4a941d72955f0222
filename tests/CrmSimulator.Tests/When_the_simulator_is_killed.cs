using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using LeadSync.CrmSimulator.Data;
using LeadSync.CrmSimulator.Journal;

namespace LeadSync.CrmSimulator.Tests;

public sealed class When_the_simulator_is_killed : IDisposable
{
    private static readonly string[] Objects = ["Lead", "Contact", "Account"];

    private readonly string folder = Directory.CreateTempSubdirectory("simulator-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task Everything_it_answered_is_there_after_the_restart()
    {
        var stop = TestContext.Current.CancellationToken;
        var (process, address) = await StartAsync(stop);
        using var running = process;
        using var handler = new SocketsHttpHandler();
        using var http = new HttpClient(handler) { BaseAddress = address };
        using var token = await http.PostAsync(
            "/services/oauth2/token",
            new FormUrlEncodedContent([
                new("grant_type", "client_credentials"),
                new("client_id", "killed-client"),
                new("client_secret", "killed-secret"),
            ]),
            stop
        );
        var session = (await token.Content.ReadFromJsonAsync<JsonElement>(stop))
            .GetProperty("access_token")
            .GetString()!;
        http.DefaultRequestHeaders.Authorization = new("Bearer", session);
        using var field = await http.PostAsJsonAsync(
            "/control/orgs/demo/fields/Lead",
            new { name = "Score__c", type = "double" },
            stop
        );
        field.StatusCode.ShouldBe(HttpStatusCode.Created);

        // Several writers at once, killed in the middle: what was answered with 201 must survive.
        var answered = new System.Collections.Concurrent.ConcurrentBag<string>();
        var writers = Enumerable.Range(0, 4).Select(_ => WriteUntilCutAsync(http, answered, stop)).ToArray();
        while (answered.Count < 200)
            await Task.Yield();
        process.Kill();
        await process.WaitForExitAsync(stop);
        await Task.WhenAll(writers);

        await using var restarted = await Simulator.StartAsync(
            new()
            {
                DataFolder = folder,
                ClientId = "killed-client",
                ClientSecret = "killed-secret",
            }
        );
        var leads = restarted.Org.Records("Lead");
        answered.Except(leads.Select(lead => lead.Id), StringComparer.Ordinal).ShouldBeEmpty();
        leads.ShouldAllBe(lead => lead["Score__c"]!.Equals(1.5) && lead["CreatedDate"] is DateTimeOffset);
        restarted.Journal.Summarize().Created["Lead"].ShouldBe(leads.Count);
        restarted.Org.ApiCallsUsed.ShouldBe(restarted.Journal.Summarize().ApiCalls);
        var next = await restarted.Org.Rep.CreateAsync("Lead", new { LastName = "next", Company = "c" });
        leads.ShouldNotContain(lead => lead.Id == next);

        using var again = new HttpRequestMessage(
            HttpMethod.Get,
            new Uri(restarted.Address, "/services/data/v60.0/limits")
        );
        again.Headers.Authorization = new("Bearer", session);
        using var answer = await http.SendAsync(again, stop);
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Edits_deletes_conversions_and_settings_come_back_as_they_were()
    {
        SimulatedRecord[] Seen(Simulator simulator) => [.. Objects.SelectMany(simulator.Org.Records)];

        SimulatedRecord[] before;
        IReadOnlyList<JournalEntry> journal;
        await using (var first = await Simulator.StartAsync(new() { DataFolder = folder }))
        {
            var rep = first.Org.Rep;
            var lead = await rep.CreateAsync(
                "Lead",
                new
                {
                    LastName = "Ünï 😀 \n \" \\",
                    Company = "c",
                    AnnualRevenue = 1e15,
                    NumberOfEmployees = 7,
                }
            );
            var contact = await rep.CreateAsync("Contact", new { LastName = "x", Birthdate = "1980-02-29" });
            await rep.EditAsync("Contact", contact, new { LastName = "y", Birthdate = (string?)null });
            await rep.ConvertAsync(lead);
            await rep.DeleteAsync("Contact", contact);
            first.Org.Settings = first.Org.Settings with { QueryPageSize = 7 };
            first.Org.SetAccess("Lead", "Title", FieldAccess.Hidden);
            first.Org.AddField("Lead", new("Ext__c", FieldType.String, ExternalId: true));
            first.Org.Setup = first.Org.Setup with
            {
                Countries = [new("DE", "Germany")],
                Currencies = ["EUR"],
                PersonAccounts = true,
                ValidationRules = [new("Ext", "Lead", "Ext__c = null", "Ext fehlt")],
            };
            first.Org.SetAccess("Lead", "CountryCode", FieldAccess.Read);
            first.Org.Rep.Lock("Lead", lead);
            await rep.CreateAsync("Account", new { Name = "with features", BillingCountry = "Germany" });
            first.Org.Setup = first.Org.Setup with { PersonAccounts = false, Currencies = [] };
            before = Seen(first);
            journal = first.Journal.Entries;
        }

        await using var second = await Simulator.StartAsync(new() { DataFolder = folder });

        var after = Seen(second);
        after.Select(record => record.Id).ShouldBe(before.Select(record => record.Id));
        foreach (var (old, now) in before.Zip(after))
            Sorted(now).ShouldBe(Sorted(old));
        second.Journal.Entries.Count.ShouldBe(journal.Count);
        second.Org.Settings.QueryPageSize.ShouldBe(7);
        second.Org.FindObject("Lead")!.Find("Title").ShouldBeNull();
        second.Org.FindObject("Lead")!.Find("CountryCode")!.Access.ShouldBe(FieldAccess.Read);
        second.Org.FindObject("Account")!.Find("IsPersonAccount").ShouldBeNull();
        second.Org.Setup.ValidationRules.ShouldHaveSingleItem().Message.ShouldBe("Ext fehlt");
        second.Org.Records("FieldPermissions").ShouldContain(row => Equals(row["Field"], "Lead.Ext__c"));
    }

    [Fact]
    public async Task An_answer_comes_only_after_its_line_is_on_disk()
    {
        await using var client = await Client.StartAsync(new() { DataFolder = folder });
        using var reader = new StreamReader(
            new FileStream(Path.Combine(folder, "journal.ndjson"), FileMode.Open, FileAccess.Read, FileShare.ReadWrite)
        );

        for (var i = 0; i < 200; i++)
        {
            var id = await client.CreateLeadAsync(new { LastName = "x", Company = "y" });
            (await reader.ReadToEndAsync(TestContext.Current.CancellationToken)).ShouldContain(id);
        }
    }

    [Fact]
    public async Task A_line_cut_in_the_middle_is_dropped_and_writing_goes_on()
    {
        await using (var first = await Simulator.StartAsync(new() { DataFolder = folder }))
            await first.Org.Rep.CreateAsync("Lead", new { LastName = "whole", Company = "c" });
        var cut = File.ReadAllText(Path.Combine(folder, "journal.ndjson"));
        File.AppendAllText(Path.Combine(folder, "journal.ndjson"), string.Concat(Enumerable.Repeat(cut.Trim(), 3)));

        await using (var second = await Simulator.StartAsync(new() { DataFolder = folder }))
            await second.Org.Rep.CreateAsync("Lead", new { LastName = "after", Company = "c" });
        await using var third = await Simulator.StartAsync(new() { DataFolder = folder });

        third.Org.Records("Lead").Select(lead => lead["LastName"]).ShouldBe(["whole", "after"]);
    }

    [Theory]
    [InlineData("--urls", "http://0.0.0.0:8090", "loopback")]
    [InlineData("--urls", "nonsense", "--urls must be an http address")]
    [InlineData("--Simulator:ClientId", " ", "Simulator__ClientId must not be empty")]
    public async Task A_bad_setting_is_named_and_nothing_starts(string name, string value, string message)
    {
        using var process = Launch([name, value]);

        await process.WaitForExitAsync(TestContext.Current.CancellationToken);

        process.ExitCode.ShouldBe(1);
        var error = await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        error.ShouldContain(message);
        error.ShouldNotContain("   at ");
    }

    private static IEnumerable<KeyValuePair<string, object>> Sorted(SimulatedRecord record) =>
        record.Fields.OrderBy(field => field.Key, StringComparer.Ordinal);

    private static async Task WriteUntilCutAsync(
        HttpClient http,
        System.Collections.Concurrent.ConcurrentBag<string> answered,
        CancellationToken stop
    )
    {
        while (true)
        {
            try
            {
                using var answer = await http.PostAsJsonAsync(
                    "/services/data/v60.0/sobjects/Lead",
                    new Dictionary<string, object>(StringComparer.Ordinal)
                    {
                        ["LastName"] = "x",
                        ["Company"] = "y",
                        ["Score__c"] = 1.5,
                    },
                    stop
                );
                var json = await answer.Content.ReadFromJsonAsync<JsonElement>(stop);
                answered.Add(json.GetProperty("id").GetString()!);
            }
            catch (HttpRequestException)
            {
                return;
            }
        }
    }

    private async Task<(Process Process, Uri Address)> StartAsync(CancellationToken stop)
    {
        var process = Launch([
            "--urls",
            "http://127.0.0.1:0",
            "--Simulator:DataFolder",
            folder,
            "--Simulator:ClientId",
            "killed-client",
            "--Simulator:ClientSecret",
            "killed-secret",
        ]);
        var line = await process.StandardOutput.ReadLineAsync(stop);
        return (process, new Uri(line!.Split(' ')[^1]));
    }

    private static Process Launch(string[] arguments) =>
        Process.Start(
            new ProcessStartInfo(
                "dotnet",
                [Path.Combine(AppContext.BaseDirectory, "LeadSync.CrmSimulator.dll"), .. arguments]
            )
            {
                UseShellExecute = false,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            }
        )!;
}
