using System.Text.Json;
using LeadSync.Audit.Settings;
using LeadSync.Contracts;
using LeadSync.Hosting.Bus;
using LeadSync.Hosting.Web;
using LeadSync.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace LeadSync.Audit.Tests.Settings;

public sealed class When_settings_are_changed(AuditUnderTest audit) : IClassFixture<AuditUnderTest>
{
    private const string Path = "/v1/history/settings";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private static ChangedSetting Change(
        string name,
        DateTimeOffset at,
        string setting = "route",
        string service = "mapping",
        Guid? connection = null
    ) =>
        new()
        {
            EventId = Guid.CreateVersion7(),
            OccurredAt = at,
            ChangedBy = "key:abc",
            Service = service,
            Setting = setting,
            Name = name,
            Change = "updated",
            ConnectionId = connection,
            Before = JsonSerializer.SerializeToElement(new { enabled = false }),
            After = JsonSerializer.SerializeToElement(new { enabled = true }),
        };

    private static IReadOnlyList<string> Names(JsonElement history) =>
        [.. history.GetProperty("changes").EnumerateArray().Select(change => change.GetProperty("name").GetString()!)];

    [Fact]
    public async Task Who_changed_what_is_told_once_however_often_it_was_heard()
    {
        var workspace = audit.NewWorkspace();
        var change = Change("forms/c1", Events.Noon, connection: Events.Connection);
        var publisher = audit.Services.GetRequiredService<Publisher>();

        await publisher.PublishAsync(EventKinds.SettingChanged, workspace, [change, change], Stop);
        await publisher.PublishAsync(
            EventKinds.SettingChanged,
            workspace,
            [change, Change("last", Events.Noon.AddHours(1))],
            Stop
        );

        await Eventually.ShouldPass(async () =>
        {
            var history = await audit.GetAsync(workspace, Path);
            Names(history).ShouldBe(["last", "forms/c1"]);
            var told = history.GetProperty("changes")[1];
            told.GetProperty("changedBy").GetString().ShouldBe("key:abc");
            told.GetProperty("connectionId").GetGuid().ShouldBe(Events.Connection);
            told.GetProperty("before").GetProperty("enabled").GetBoolean().ShouldBeFalse();
            told.GetProperty("after").GetProperty("enabled").GetBoolean().ShouldBeTrue();
        });
    }

    [Fact]
    public async Task They_are_read_page_by_page_newest_first_without_a_gap()
    {
        var workspace = audit.NewWorkspace();
        // Several at one instant, so that a page may end in the middle of them.
        var changes = Enumerable.Range(0, 250).Select(i => Change($"{i:000}", Events.Noon.AddMinutes(i / 7))).ToList();
        await AddAsync(workspace, changes);

        var read = new List<string>();
        var pages = 0;
        for (var path = Path; path is not null; pages++)
        {
            var page = await audit.GetAsync(workspace, path);
            read.AddRange(Names(page));
            path = page.GetProperty("before").GetString() is { } before ? $"{Path}?before={before}" : null;
        }

        pages.ShouldBe(3);
        read.ShouldBe(
            changes
                .OrderByDescending(change => change.OccurredAt)
                .ThenByDescending(change => change.EventId)
                .Select(change => change.Name)
        );
    }

    [Theory]
    [InlineData("setting=mapping", "m")]
    [InlineData("service=gateway", "k")]
    [InlineData("name=r", "r")]
    [InlineData("connectionId=019c0000-0000-7000-8000-00000000c001", "m")]
    [InlineData("setting=mapping&name=r", "")]
    public async Task Only_those_asked_for_are_told(string query, string expected)
    {
        var workspace = audit.NewWorkspace();
        await AddAsync(
            workspace,
            [
                Change("r", Events.Noon),
                Change("m", Events.Noon, "mapping", connection: Events.Connection),
                Change("k", Events.Noon, "key", "gateway"),
            ]
        );

        string.Join(',', Names(await audit.GetAsync(workspace, $"{Path}?{query}"))).ShouldBe(expected);
    }

    [Fact]
    public async Task Another_workspaces_are_not_told()
    {
        var (mine, theirs) = (audit.NewWorkspace(), audit.NewWorkspace());
        await AddAsync(theirs, [Change("theirs", Events.Noon)]);

        Names(await audit.GetAsync(mine, Path)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_question_that_makes_no_sense_is_told_all_that_is_wrong_with_it()
    {
        using var answer = await audit
            .Client(audit.NewWorkspace(), Role.Viewer)
            .GetAsync(new Uri($"{Path}?connectionId=x&before=yesterday", UriKind.Relative), Stop);

        ((int)answer.StatusCode).ShouldBe(422);
        JsonElement
            .Parse(await answer.Content.ReadAsStringAsync(Stop))
            .GetProperty("faults")
            .EnumerateArray()
            .Select(fault => fault.GetProperty("field").GetString())
            .ShouldBe(["connectionId", "before"]);
    }

    private Task AddAsync(string workspace, IReadOnlyList<ChangedSetting> changes) =>
        audit
            .Services.GetRequiredService<SettingHistory>()
            .AddAsync([.. changes.Select(change => (workspace, change))], Stop);
}
