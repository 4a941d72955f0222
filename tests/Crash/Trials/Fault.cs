namespace LeadSync.Crash.Trials;

/// <summary>What is done at a failpoint.</summary>
public enum Fault
{
    /// <summary>SIGKILL of the process that waits there, what it had just sent vanishes; then it is started again.</summary>
    Kill,

    /// <summary>SIGKILL, and what it had just sent arrives when others have its work.</summary>
    KillLate,

    /// <summary>SIGSTOP for longer than the lease, then SIGCONT.</summary>
    Freeze,

    /// <summary>The connection is reset on both sides. At an answer of the CRM: it is done, and the answer is lost.</summary>
    Reset,

    /// <summary>Everything between that service and that server is swallowed, then passes on.</summary>
    BlackHole,

    /// <summary>That one connection stands still while all others go on.</summary>
    Stall,

    /// <summary>The service sees a reset; the CRM does what it was asked seconds later.</summary>
    EffectLate,

    /// <summary><c>pg_terminate_backend</c> of that connection.</summary>
    BackendKilled,

    /// <summary>SIGKILL of all of PostgreSQL, and start.</summary>
    PostgresKilled,

    /// <summary>The same, and away for a while before the start.</summary>
    PostgresAway,

    /// <summary>SIGKILL of the broker, and start.</summary>
    BrokerKilled,

    /// <summary>The broker's memory alarm: nobody may publish.</summary>
    Alarm,

    /// <summary>A person edits the records in the CRM at that moment.</summary>
    Edit,

    /// <summary>An operator pauses every lane at that moment.</summary>
    Hold,

    /// <summary>Bindings of the captures' queues are gone for a while.</summary>
    Unbind,
}
