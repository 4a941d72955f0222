using System.Globalization;
using LeadSync.CrmSimulator.Data;
using LeadSync.CrmSimulator.Faults;
using LeadSync.CrmSimulator.Hosts;
using LeadSync.CrmSimulator.Journal;
using LeadSync.CrmSimulator.Oauth;

namespace LeadSync.CrmSimulator.Rest;

/// <summary>
/// Every request below /services and /id on its way: read, struck by a fault or not, done under the org's gate, noted in
/// the journal, and only then answered.
/// </summary>
internal sealed class Pipeline(Orgs orgs, OauthServer oauth, FaultPlan faults, JournalLog journal, TimeProvider clock)
{
    public async Task AnswerAsync(HttpContext context, CrmHost host)
    {
        var call = await Call.ReadAsync(context, host, orgs);
        var strike = faults.Take(call.Shape);
        context.Response.Headers["X-Sfdc-Request-Id"] = call.RequestId;
        if (strike.Whole is { Kind: FaultKind.LateEffect } late)
        {
            var cut = Note(call, late, Fate.EffectLate, out var sequence);
            // Before the connection is cut: whoever sees that can wait for the effect.
            faults.Expect(ApplyLateAsync(call, strike, late, sequence));
            context.Abort();
            await cut;
            return;
        }

        await DelayAsync(call.Latency);
        if (strike.Whole is { Kind: FaultKind.DropBeforeEffect } drop)
        {
            await DelayAsync(TimeSpan.FromMilliseconds(drop.DelayMilliseconds));
            var cut = Note(call, drop, Fate.DroppedBeforeEffect, out _);
            context.Abort();
            await cut;
            return;
        }

        if (strike.Whole is { Kind: FaultKind.Delay, AfterEffect: false } slow)
            await WaitAsync(slow);

        var (answer, kept) = Do(call, strike, FateOf(strike.Whole), lateOf: null);
        await kept;
        await FinishAsync(context, strike.Whole, answer);
    }

    private Task WaitAsync(FaultRule fault) =>
        fault.Until?.Invoke() ?? DelayAsync(TimeSpan.FromMilliseconds(fault.DelayMilliseconds));

    private async Task FinishAsync(HttpContext context, FaultRule? fault, ApiAnswer answer)
    {
        if (fault is { Kind: FaultKind.DropAnswer } or { Kind: FaultKind.Delay, AfterEffect: true })
            await WaitAsync(fault);
        if (fault?.Kind == FaultKind.DropAnswer)
        {
            context.Abort();
            return;
        }

        var response = context.Response;
        response.StatusCode = answer.Status;
        foreach (var (name, value) in answer.Headers)
            response.Headers[name] = value;
        response.Headers.TryAdd("Cache-Control", "no-cache,must-revalidate,max-age=0,no-store,private");
        response.Headers["X-Content-Type-Options"] = "nosniff";
        // The CRM's own clock, not the web server's, which lags up to a second behind the stamps.
        response.Headers["Date"] = clock.GetUtcNow().ToString("r", CultureInfo.InvariantCulture);
        await BodyWriter.WriteAsync(context, fault, answer, clock);
    }

    private async Task ApplyLateAsync(Call call, Strike strike, FaultRule late, long sequence)
    {
        await DelayAsync(TimeSpan.FromMilliseconds(late.DelayMilliseconds));
        await Do(call, strike, Fate.LateEffectApplied, sequence).Kept;
    }

    private Task Note(Call call, FaultRule fault, Fate fate, out long sequence) =>
        journal.Append(call.Entry(clock.GetUtcNow()) with { Fate = fate, Fault = fault.Id }, out sequence);

    /// <summary>Carries the request out and notes it, both under the org's gate so that the journal has the order of effects.</summary>
    private (ApiAnswer Answer, Task Kept) Do(Call call, Strike strike, Fate fate, long? lateOf)
    {
        if (call.Org is not { } org)
        {
            var instead = FaultAnswers.For(strike.Whole, call.RequestId);
            var (answer, owner) =
                instead is not null && strike.Whole is { AfterEffect: false }
                    ? (instead, null)
                    : call.AnswerWithoutOrg(oauth, clock.GetUtcNow());
            answer = instead ?? answer;
            return (
                answer,
                journal.Append(
                    call.Entry(clock.GetUtcNow()) with
                    {
                        Org = owner?.Name ?? "",
                        Status = answer.Status,
                        Fate = fate,
                        Fault = strike.Name,
                    }
                )
            );
        }

        lock (org.Gate)
        {
            var now = clock.GetUtcNow();
            var parts = new List<Subrequest>();
            var refusal = lateOf is null ? call.Refuse(org, strike.Whole, call.InstanceUrl(oauth, org), now) : null;
            var transaction = new Transaction(org, call.UserId(org), now);
            var counted = refusal is null && lateOf is null;
            if (counted)
                org.Allowance.Count(now);
            var answer = refusal ?? Answer(call, org, transaction, strike, parts);
            if (answer.Status is not (401 or 410) && call.VersionFits)
                answer = WithUsage(answer, org, now);
            return (
                answer,
                journal.Append(
                    call.Entry(now) with
                    {
                        Counted = counted,
                        Records = Math.Max(call.Shape.Records, answer.Records),
                        Status = answer.Status,
                        Fate = fate,
                        Fault = strike.Name,
                        LateOf = lateOf,
                        Parts = parts,
                        Effects = [.. transaction.Changes],
                    }
                )
            );
        }
    }

    private static ApiAnswer Answer(Call call, Org org, Transaction transaction, Strike strike, List<Subrequest> parts)
    {
        if (strike.Whole is { AfterEffect: false } whole && FaultAnswers.For(whole, call.RequestId) is { } instead)
            return instead;
        ApiAnswer answer;
        try
        {
            answer = Router.Answer(call.Request(org, transaction, strike.Records, parts));
        }
        catch (ApiException e)
        {
            transaction.RollBackTo(0);
            answer = ApiAnswer.Error(e);
        }

        return FaultAnswers.For(strike.Whole, call.RequestId) ?? answer;
    }

    private static ApiAnswer WithUsage(ApiAnswer answer, Org org, DateTimeOffset now) =>
        answer with
        {
            Headers = new Dictionary<string, string>(answer.Headers, StringComparer.Ordinal)
            {
                ["Sforce-Limit-Info"] = $"api-usage={org.Allowance.Used(now)}/{org.Settings.DailyApiRequests}",
            },
        };

    private static Fate FateOf(FaultRule? fault) =>
        fault?.Kind switch
        {
            FaultKind.DropAnswer => Fate.AnswerDropped,
            FaultKind.TruncateBody => Fate.Truncated,
            _ => Fate.Answered,
        };

    /// <summary>Never ends early because the caller has gone: the CRM works on, too.</summary>
    private Task DelayAsync(TimeSpan delay) =>
        delay <= TimeSpan.Zero ? Task.CompletedTask : Task.Delay(delay, clock, CancellationToken.None);
}
