using LeadSync.Contracts;
using LeadSync.Push.Writing;

namespace LeadSync.Push.Matching;

/// <summary>What is to be done with one lead, and why.</summary>
public abstract record Decision
{
    private Decision() { }

    /// <summary>What is to be asked of the CRM.</summary>
    public virtual IReadOnlyList<Write> Writes() => [];

    /// <summary>A record is written: created when <see cref="WritePlan.RecordId"/> is null.</summary>
    public sealed record Write(WritePlan Plan, Match Match) : Decision
    {
        /// <summary>What the intent holds beside the lead's keys, until its answer is certain.</summary>
        public IReadOnlyList<string> Holds { get; init; } = [];

        public override IReadOnlyList<Write> Writes() => [this];
    }

    /// <summary>
    /// The person is Lead and Contact, and both are to be as is wanted: each is a <see cref="Write"/> or <see cref="Unchanged"/>.
    /// </summary>
    /// <param name="Primary">Of the record that the lead is known by.</param>
    public sealed record Both(Decision Primary, Decision Other) : Decision
    {
        public override IReadOnlyList<Write> Writes() => [.. Primary.Writes(), .. Other.Writes()];
    }

    /// <summary>The record already is as it should be.</summary>
    public sealed record Unchanged(WritePlan Plan, Match Match) : Decision;

    /// <summary>Deliberately nothing.</summary>
    public sealed record Skip(string Reason, Match Match) : Decision;

    /// <summary>A person must mend something first.</summary>
    public sealed record Park(FailureKind Kind, string Message, IReadOnlyList<string> Fields, Match Match) : Decision;

    /// <summary>It waits for something that comes by itself, and is decided anew then.</summary>
    /// <param name="Reason">For what.</param>
    /// <param name="Until">At the latest.</param>
    public sealed record Wait(string Reason, DateTimeOffset Until, Match Match) : Decision;

    /// <summary>
    /// The record was changed so lately that a further change in the same second could not be told from it: look again in a
    /// moment.
    /// </summary>
    public sealed record TooFresh : Decision;

    /// <summary>Look again, now with this record's id.</summary>
    public sealed record LookAgain(KnownRecord Link) : Decision;
}
