using LeadSync.Contracts;
using LeadSync.Crm;

namespace LeadSync.Push.Tests.Model;

/// <summary>
/// Sees every call and every change of the CRM, and says when a promise is broken. It knows what happened outside the
/// engine only: what was captured and taken in, what reps did, what was held; nothing of how the engine works.
/// </summary>
internal sealed class Checker(World world)
{
    private PromiseBrokenException? _broken;

    /// <summary>The engine cannot be told while it works: it would take it for one more thing that went wrong.</summary>
    public void ThrowIfBroken()
    {
        if (_broken is not null)
            throw _broken;
    }

    public void Break(int promise, string what) => _broken ??= new PromiseBrokenException(promise, what, world.Story);

    /// <summary>The engine logged an error.</summary>
    public void Complain(string what) => Break(6, $"the engine says: {what}");

    /// <summary>Promise 16: a hold that was acknowledged lets no call start that carries what it holds.</summary>
    public void BeforeSend(Call call)
    {
        foreach (var held in world.Holds.Where(held => held.AnsweredAt <= world.Now))
        {
            var hold = held.Hold;
            if (hold.ConnectionId != call.Org.Connection)
                continue;
            if (hold.IsWhole || call.Writes.Any(write => hold.Covers(SourceOf(write), write.Object)))
                Break(16, $"{call} started although {held} was acknowledged");
        }
    }

    /// <summary>Promise 2: nobody is created twice.</summary>
    public void BeforeCreate(VirtualOrg org, Call call, RecordWrite write)
    {
        var email = VirtualOrg.Text(write.Fields["Email"])!;
        if (org.Records.Any(record => record.IsOurs && record.Email == email))
            Break(2, $"{email} is created a second time, by {call}");
        CheckWanted(org, call, email, write);
    }

    /// <summary>Promises 3, 10 and 13: what may be written over what the record holds.</summary>
    public void BeforeUpdate(VirtualOrg org, Call call, VirtualRecord record, RecordWrite write)
    {
        CheckWanted(org, call, record.Email, write);
        foreach (var (field, sent) in write.Fields)
        {
            if (field == "Email" || !world.Values.TryGetValue(VirtualOrg.Text(sent) ?? "", out var value))
                continue;
            var last = record.Last(field);
            var isAllowed = Mapped.Rules[field] switch
            {
                WriteRule.OnlyWhenEmpty => last?.Value is null,
                WriteRule.UntilEdited => last is null || last.By is not null || IsOpenToUs(record, field),
                WriteRule.OnlyWhile => record["Status"] == "Open",
                WriteRule.OnlyOnCreate => false,
                _ => true,
            };
            if (!isAllowed)
                Break(
                    10,
                    $"{call} writes {value.Captured.Value} over {last?.Value ?? "nothing"} in {field} of {record}"
                );
            if (Mapped.Rules[field] == WriteRule.Overwrite)
                CheckNewer(call, record, value.Captured);
        }
    }

    /// <summary>Promise 13: what happened once is told once.</summary>
    public void OnTold(VirtualOrg org, WrittenRecord told)
    {
        if (told.Outcome != WriteOutcome.Created)
            return;
        var record = org.Find(told.Record.RecordId);
        if (record is not { IsOurs: true })
            Break(13, $"{told.Source}/{told.LeadId} is told as created, and no such record was made");
        else if (!world.ToldAsCreated.Add(record))
            Break(13, $"{record.Email} is told as created a second time");
    }

    // A field that holds nothing is open while nothing of ours was there: then somebody has emptied it.
    private static bool IsOpenToUs(VirtualRecord record, string field) =>
        record[field] is null && !record.History[field].Exists(entry => entry.By is { IsKnown: true });

    // A write whose answer was lost, and whose value a rep has replaced before it was looked for, counts as never made.
    private void CheckNewer(Call call, VirtualRecord record, Captured value)
    {
        var isReplaced = record.Last(value.Field) is { By: null };
        foreach (var entry in record.History.GetValueOrDefault(value.Field, []))
        {
            if (entry.By is null || (!entry.By.IsKnown && isReplaced))
                continue;
            var earlier = world.Values[entry.Value!].Captured;
            if (earlier.At > value.At)
                Break(3, $"{call} writes {value.Value} over the later captured {earlier.Value} in {record}");
            if (earlier == value && entry.By.IsKnown)
                Break(13, $"{call} writes {value.Value} into {record} a second time");
        }
    }

    // Promise 8: only what was captured, of this person, and is wanted here since the turn began, or later.
    private void CheckWanted(VirtualOrg org, Call call, string email, RecordWrite write)
    {
        if (write.Object != "Lead")
            Break(8, $"{call} writes a {write.Object}, which nobody mapped");
        foreach (var (field, sent) in write.Fields)
        {
            var text = VirtualOrg.Text(sent);
            if (field == "Email" && text == email)
                continue;
            if (text is null || !world.Values.TryGetValue(text, out var value) || value.Captured.Field != field)
                Break(8, $"{call} writes {text ?? "nothing"} into {field}, which nobody captured");
            else if (value.Lead.Email != email)
                Break(8, $"{call} writes {text} of {value.Lead} to {email}");
            else if (!world.WantOf(value.Lead, org.Connection).IsWantedSince(call.TurnBeganAt, field, text))
                Break(8, $"{call} writes {text} of {value.Lead}, which was not wanted any more when its turn began");
        }
    }

    private string SourceOf(RecordWrite write) =>
        write
            .Fields.Values.Select(VirtualOrg.Text)
            .Where(text => text is not null && world.Values.ContainsKey(text))
            .Select(text => world.Values[text!].Lead.Source)
            .FirstOrDefault("");
}
