using LeadSync.Crm;

namespace LeadSync.Push.Tests.Model;

internal enum CallPhase
{
    /// <summary>The engine is about to send it: the last look at lease and holds is still to come.</summary>
    Entering,

    /// <summary>It is on its way; the CRM has not acted.</summary>
    Sent,

    /// <summary>The CRM has acted; the answer is on its way.</summary>
    Acted,

    /// <summary>It has come to an end for whoever made it.</summary>
    Over,
}

/// <summary>One call to the CRM, which goes on only when the seed says so.</summary>
/// <param name="by">Whoever makes it.</param>
/// <param name="org">Where it goes.</param>
/// <param name="writes">What it carries; empty for one that reads.</param>
/// <param name="key">What tells it from others of the same turn, whichever came first.</param>
internal sealed class Call(Worker by, VirtualOrg org, IReadOnlyList<RecordWrite> writes, string key)
{
    private TaskCompletionSource _gate = new();

    public Worker By => by;
    public VirtualOrg Org => org;
    public IReadOnlyList<RecordWrite> Writes => writes;
    public string Key => key;

    /// <summary>The turn that it was made in, by the step that the turn began with.</summary>
    public int TurnBeganAt { get; } = by.BeganAt;

    public CallPhase Phase { get; private set; } = CallPhase.Entering;

    /// <summary>After this the CRM does not act any more.</summary>
    public DateTimeOffset ActsBefore { get; private set; }

    /// <summary>It will never reach the CRM.</summary>
    public bool IsDropped { get; set; }

    /// <summary>The CRM's answer arrived where the call was made.</summary>
    public bool IsAnswered { get; private set; }

    /// <summary>Whoever made it has learnt what became of it, and could keep it.</summary>
    public bool IsKnown { get; set; }

    /// <summary>What the CRM found.</summary>
    public Found? Found { get; private set; }

    /// <summary>What the CRM did.</summary>
    public IReadOnlyList<WriteResult> Results { get; private set; } = [];

    /// <summary>It is thrown instead of an answer.</summary>
    public CrmFailure? Failure { get; private set; }

    /// <summary>It stands here until it is let on.</summary>
    public Task PassAsync() => _gate.Task;

    /// <summary>What it asks for; null for one that writes.</summary>
    public Search? Search { get; private set; }

    /// <summary>The last look was passed.</summary>
    public void Send(Search? search, DateTimeOffset actsBefore) =>
        (Phase, Search, ActsBefore) = (CallPhase.Sent, search, actsBefore);

    /// <summary>The CRM acts on it.</summary>
    public void Act(Found? found, IReadOnlyList<WriteResult> results)
    {
        (Found, Results) = (found, results);
        if (Phase == CallPhase.Sent)
            Phase = CallPhase.Acted;
        else
            IsDropped = true;
    }

    /// <summary>Lets it on to where it is next stopped.</summary>
    public void LetOn()
    {
        var gate = _gate;
        _gate = new TaskCompletionSource();
        gate.SetResult();
    }

    public void Answer()
    {
        (Phase, IsAnswered) = (CallPhase.Over, true);
        LetOn();
    }

    /// <summary>The answer does not come, or one that says that nothing was done.</summary>
    public void Fail(CrmFailure? failure)
    {
        (Phase, Failure) = (CallPhase.Over, failure);
        LetOn();
    }

    public void End() => Phase = CallPhase.Over;

    public override string ToString() =>
        writes.Count == 0
            ? $"{by}'s search for {key}"
            : $"{by}'s write of {string.Join(" and ", writes.Select(write => write.RecordId is null ? $"a new {VirtualOrg.Text(write.Fields["Email"])}" : org.Find(write.RecordId)?.Email))}";
}
