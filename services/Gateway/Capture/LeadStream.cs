using System.Threading.Channels;
using LeadSync.Contracts;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace LeadSync.Gateway.Capture;

/// <summary>
/// NDJSON as it streams: lines are taken as they arrive, published in lists, and answered in order, a line each, once the
/// broker has confirmed them. The whole is in memory at no time; what is slow (the rate, the broker, a client that does not
/// read) slows the reading down.
/// <code>
/// lines -> [up to 500] -> rate -> publish (up to 4 lists at once) -> answers waiting in order -> response
/// </code>
/// </summary>
internal sealed class LeadStream<TItem>(
    Intake<TItem> intake,
    JoinedPublisher<TItem> publisher,
    CaptureRate rate,
    CaptureOptions options
)
    where TItem : class, IEventItem
{
    private const int ListsInFlight = 4;

    // For clients that send everything before they read anything: so many lists may wait to be read.
    private const int ListsUnread = 400;

    /// <summary>
    /// Answers the request. Returns how it ended before an answer had begun; <see cref="Ended.Answered"/> otherwise.
    /// </summary>
    public async Task<Ended> RunAsync(HttpContext context, Received received)
    {
        // Our own limits (StreamIdle) take their place: a stream may well bring a lead a minute.
        Lift(context);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
        var answers = Channel.CreateBounded<Task<Answers>>(
            new BoundedChannelOptions(ListsUnread) { SingleReader = true, SingleWriter = true }
        );
        var reading = ReadAsync(context, received, answers.Writer, stop);
        try
        {
            return await AnswerAsync(context, answers.Reader);
        }
        finally
        {
            // However answering ended: nothing may read the request any more once this returns.
            await stop.CancelAsync();
            await reading;
        }
    }

    private async Task ReadAsync(
        HttpContext context,
        Received received,
        ChannelWriter<Task<Answers>> answers,
        CancellationTokenSource stop
    )
    {
        var lines = new LineReader(context.Request.BodyReader, options.MaxLineBytes);
        using var slots = new SemaphoreSlim(ListsInFlight);
        var index = 0;
        try
        {
            for (var isFirst = true; ; isFirst = false)
            {
                stop.CancelAfter(options.StreamIdle);
                var list = await lines.NextAsync(
                    EventList.MaxItems,
                    line => intake.TakeLine(line, received, index++),
                    () => Intake<TItem>.TooLong(options.MaxLineBytes, index++),
                    stop.Token
                );
                stop.CancelAfter(Timeout.InfiniteTimeSpan);
                if (list.Count == 0)
                    break;
                await rate.TakeAsync(received.Key.Workspace, list.Count, stop.Token);
                await slots.WaitAsync(stop.Token);
                var confirming = ConfirmAsync(received.Key.Workspace, list, slots);
                await answers.WriteAsync(confirming, stop.Token);
                // Whether the broker takes anything at all decides about 503: nothing else goes out before that is known.
                if (isFirst)
                    await confirming;
            }
            answers.Complete();
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            if (!context.RequestAborted.IsCancellationRequested)
                answers.TryWrite(Task.FromResult(new Answers([Silent(index)], BrokerFailed: false)));
            answers.TryComplete();
        }
        catch (Exception fault)
        {
            answers.TryComplete(fault);
        }
        finally
        {
            // The semaphore must outlive what releases it.
            for (var slot = 0; slot < ListsInFlight; slot++)
                await slots.WaitAsync(CancellationToken.None);
        }
    }

    private async Task<Answers> ConfirmAsync(string workspace, IReadOnlyList<Taken<TItem>> list, SemaphoreSlim slots)
    {
        try
        {
            var items = list.Where(taken => taken.Item is not null).Select(taken => taken.Item!).ToList();
            var isConfirmed = await publisher.PublishAsync(workspace, items);
            return new Answers(
                list.Select(taken => taken.Item is null || isConfirmed ? taken.Answer : Unpublished(taken.Answer))
                    .ToList(),
                !isConfirmed
            );
        }
        finally
        {
            slots.Release();
        }
    }

    private async Task<Ended> AnswerAsync(HttpContext context, ChannelReader<Task<Answers>> answers)
    {
        var response = context.Response;
        await using var json = AnswerLines.Writer(response.BodyWriter);
        await foreach (var confirming in answers.ReadAllAsync(CancellationToken.None))
        {
            var (list, brokerFailed) = await confirming;
            if (!response.HasStarted)
            {
                if (brokerFailed)
                    return Ended.BrokerUnavailable;
                AnswerLines.Begin(response);
                await response.StartAsync(context.RequestAborted);
            }
            foreach (var answer in list)
                AnswerLines.Write(json, response.BodyWriter, answer);
            try
            {
                await response.BodyWriter.FlushAsync(context.RequestAborted).AsTask().WaitAsync(options.StreamIdle);
            }
            catch (TimeoutException)
            {
                context.Abort();
                return Ended.Aborted;
            }
        }
        return response.HasStarted ? Ended.Answered : Ended.Empty;
    }

    private static ItemAnswer Unpublished(ItemAnswer answer) =>
        ItemAnswer.Rejected(
            answer.Index,
            FailureCatalogue.BrokerUnavailable,
            "The broker did not confirm the item.",
            leadId: answer.LeadId
        );

    private ItemAnswer Silent(int index) =>
        ItemAnswer.Rejected(
            index,
            FailureCatalogue.BodyUnreadable,
            $"The stream brought nothing for {options.StreamIdle.TotalSeconds:0} seconds and was ended here."
        );

    private static void Lift(HttpContext context)
    {
        if (context.Features.Get<IHttpMinRequestBodyDataRateFeature>() is { } request)
            request.MinDataRate = null;
        if (context.Features.Get<IHttpMinResponseDataRateFeature>() is { } response)
            response.MinDataRate = null;
    }

    /// <summary>What became of one list.</summary>
    private sealed record Answers(IReadOnlyList<ItemAnswer> Items, bool BrokerFailed);
}

/// <summary>How a stream ended.</summary>
internal enum Ended
{
    /// <summary>Every line has its answer.</summary>
    Answered,

    /// <summary>It held nothing.</summary>
    Empty,

    /// <summary>The broker took nothing of its first list; nothing was answered yet.</summary>
    BrokerUnavailable,

    /// <summary>Its answers were not read, and the connection is cut.</summary>
    Aborted,
}
