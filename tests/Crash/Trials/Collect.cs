using System.Globalization;
using System.Text.Json;
using Dapper;
using LeadSync.Crash.Checking;
using LeadSync.CrmSimulator.Data;
using LeadSync.CrmSimulator.Journal;
using Npgsql;

namespace LeadSync.Crash.Trials;

/// <summary>Reads the four journals of a trial.</summary>
public sealed class Collect(CrashHouse house, Producer producer, HouseState state)
{
    private static readonly Fields Mapped = new()
    {
        Overwritten = ["LastName", "Company", "Title"],
        OnlyWhenEmpty = ["Phone", "LeadSource"],
        Constants = new Dictionary<string, string>(StringComparer.Ordinal) { ["LeadSource"] = "Web" },
    };

    /// <param name="since">The CRM's journal from there on.</param>
    public async Task<Journals> ReadAsync(long since, IReadOnlyList<Hold> holds, CancellationToken stop)
    {
        string[] workspaces = [CrashHouse.Workspace, CrashHouse.OtherWorkspace];
        var entries = house.Crm.Journal.After(since);
        var records = workspaces.SelectMany(workspace => RecordsOf(house.OrgOf(workspace))).ToList();
        var ids = records.Select(record => record.RecordId).ToHashSet(StringComparer.Ordinal);
        var (told, mapped) = await ToldAsync(stop);
        return new Journals
        {
            Captures = producer.Ledger,
            Effects = [.. entries.SelectMany(entry => EffectsOf(entry)).Where(effect => ids.Contains(effect.RecordId))],
            // Of the allowance all count since the house began.
            Calls = [.. house.Crm.Journal.After(0).Where(entry => entry.Counted).Select(CallOf)],
            Records = records,
            Told = told,
            Mapped = mapped,
            Rows = await state.ReadRowsAsync(stop),
            Fields = Mapped,
            Orgs = workspaces.ToDictionary(
                workspace => workspace,
                workspace => house.OrgOf(workspace).Name,
                StringComparer.Ordinal
            ),
            Holds = holds,
            Budgets = new Dictionary<string, long>(StringComparer.Ordinal) { [house.Crm.Org.Name] = house.Budget },
        };
    }

    private IEnumerable<CrmRecord> RecordsOf(Org org) =>
        from record in org.Records("Lead")
        let email = record["Email"] as string
        where email is not null && email.StartsWith($"{producer.Prefix}-", StringComparison.Ordinal)
        select new CrmRecord(
            org.Name,
            record.Id,
            email,
            record.IsDeleted,
            record.Fields.ToDictionary(field => field.Key, field => Text(field.Value), StringComparer.Ordinal)
        );

    private IEnumerable<Effect> EffectsOf(JournalEntry entry)
    {
        var org = house.Crm.Orgs.Find(entry.Org);
        return entry
            .Effects.Where(change => change.Object == "Lead" && change.Kind != ChangeKind.Touched)
            .Select(change => new Effect(
                entry.Org,
                change.Id,
                change.Kind switch
                {
                    ChangeKind.Created => EffectKind.Created,
                    ChangeKind.Deleted => EffectKind.Deleted,
                    _ => EffectKind.Updated,
                },
                change.By == org?.IntegrationUserId,
                entry.At,
                [.. change.Fields.Select(field => new FieldEffect(field.Field, Text(field.Before), Text(field.After)))]
            ));
    }

    private CrmCall CallOf(JournalEntry entry)
    {
        var seen = house.Calls.Find(entry.RequestId);
        return new CrmCall(entry.Org, seen?.At, seen?.OfLeads ?? false);
    }

    private async Task<(List<Told> Told, List<MappedVersion> Mapped)> ToldAsync(CancellationToken stop)
    {
        await using var connection = new NpgsqlConnection(house.DatabaseOf("Audit"));
        var rows = await connection.QueryAsync<(
            Guid EventId,
            string Workspace,
            string Kind,
            long? Version,
            string Body
        )>(
            new CommandDefinition(
                """
                select event_id, workspace, kind, version, body::text
                  from event where kind in ('RecordWritten', 'LeadMapped') and lead_id like @leads
                """,
                new { leads = $"{producer.Prefix}-%" },
                cancellationToken: stop
            )
        );
        var told = new List<Told>();
        var mapped = new List<MappedVersion>();
        foreach (var row in rows)
        {
            var body = JsonElement.Parse(row.Body);
            var (source, leadId) = (body.GetProperty("source").GetString()!, body.GetProperty("leadId").GetString()!);
            if (row.Kind == "LeadMapped")
            {
                mapped.Add(new MappedVersion(row.Workspace, source, leadId, row.Version!.Value));
                continue;
            }
            told.Add(
                new Told(
                    row.EventId,
                    row.Workspace,
                    source,
                    leadId,
                    body.GetProperty("outcome").GetString()!,
                    body.GetProperty("record").GetProperty("recordId").GetString()!,
                    body.GetProperty("fields")
                        .EnumerateArray()
                        .Where(field => field.GetProperty("written").GetBoolean())
                        .ToDictionary(
                            field => field.GetProperty("field").GetString()!,
                            field => Value(field.GetProperty("after")),
                            StringComparer.Ordinal
                        )
                )
            );
        }
        return (told, mapped);
    }

    private static string? Value(JsonElement value) =>
        value.ValueKind switch
        {
            JsonValueKind.Null => null,
            JsonValueKind.String => value.GetString(),
            _ => value.GetRawText(),
        };

    private static string? Text(object? value) =>
        Convert.ToString(value, CultureInfo.InvariantCulture) is { Length: > 0 } text ? text : null;
}
