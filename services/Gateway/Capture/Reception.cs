using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text.Json;
using LeadSync.Contracts;
using LeadSync.Gateway.Access;
using LeadSync.Hosting;
using LeadSync.Hosting.Web;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Net.Http.Headers;

namespace LeadSync.Gateway.Capture;

/// <summary>
/// Takes requests in on one route: one item, a list, or lines; all to the broker before the answer. A body is read as a whole
/// unless it is NDJSON without an Idempotency-Key, which streams: a key covers the whole body, whose hash is known only at
/// its end, and must be written down before the first item goes out.
/// </summary>
internal sealed class Reception<TItem>(
    Intake<TItem> intake,
    JoinedPublisher<TItem> publisher,
    CapturePublisher broker,
    CaptureRate rate,
    IdempotencyStore idempotency,
    CaptureOptions options,
    TimeProvider clock
)
    where TItem : class, IEventItem
{
    private const int MaxIdempotencyKeyLength = 200;
    private static readonly TimeSpan ComeBack = TimeSpan.FromSeconds(5);

    public async Task<IResult> TakeAsync(HttpContext context, ApiKey key)
    {
        var request = context.Request;
        if (
            !TryForm(request, out var form, out var problem)
            || !TryIdempotencyKey(request, out var idempotencyKey, out problem)
        )
            return problem;
        if (broker.IsClosed)
            return BrokerUnavailable();
        // Our own limits, which answer in our own words and differ by form.
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
            size.MaxRequestBodySize = null;

        var received = new Received(key, intake.Route, Now(), idempotencyKey);
        if (form is Form.Lines && idempotencyKey is null)
        {
            var ended = await new LeadStream<TItem>(intake, publisher, rate, options).RunAsync(context, received);
            return ended switch
            {
                Ended.BrokerUnavailable => BrokerUnavailable(),
                Ended.Empty => Unreadable("The body is empty."),
                _ => Results.Empty,
            };
        }
        return await TakeWholeAsync(context, form, received);
    }

    private async Task<IResult> TakeWholeAsync(HttpContext context, Form form, Received received)
    {
        var body = await ReadWholeAsync(context.Request, context.RequestAborted);
        if (body is null)
            return TooLarge($"The body is larger than {options.MaxBodyBytes} bytes.");
        if (!TryOpen(body, form, received, out var items, out var problem))
            return problem;
        if (!rate.TryTake(received.Key.Workspace, items.Count, out var wait))
            return FailureCatalogue.RateLimited.Problem(
                StatusCodes.Status429TooManyRequests,
                $"The workspace may send {options.LeadsPerSecond} leads a second, and {options.Burst} at once after a rest.",
                retryAfter: wait
            );
        if (items.All(taken => taken.Item is null))
            return AllRejected(items);

        if (received.IdempotencyKey is not null)
        {
            // Only now: a request of which nothing was taken may be corrected and sent under the same key.
            var (first, refusal) = await RecogniseAsync(received, body, context.RequestAborted);
            if (refusal is not null)
                return refusal;
            if (first != received.ReceivedAt)
            {
                received = received.At(first);
                TryOpen(body, form, received, out items, out _);
            }
        }

        var published = items.Where(taken => taken.Item is not null).Select(taken => taken.Item!).ToList();
        if (!await publisher.PublishAsync(received.Key.Workspace, published))
            return BrokerUnavailable();

        var answers = items.Select(taken => taken.Answer).ToList();
        return form is Form.Lines
            ? new Lines(answers)
            : Results.Json(
                CaptureAnswer.Of(answers),
                AnswerJson.Default.CaptureAnswer,
                statusCode: StatusCodes.Status202Accepted
            );
    }

    // What the database keeps of an instant, so that a repeat has the very same.
    private DateTimeOffset Now()
    {
        var now = clock.GetUtcNow();
        return now.AddTicks(-(now.Ticks % TimeSpan.TicksPerMicrosecond));
    }

    private async Task<(DateTimeOffset First, IResult? Refusal)> RecogniseAsync(
        Received received,
        byte[] body,
        CancellationToken cancellationToken
    )
    {
        try
        {
            var first = await idempotency.ReceiveAsync(
                received.Key.Workspace,
                received.Key.Source ?? "",
                received.Route,
                received.IdempotencyKey!,
                SHA256.HashData(body),
                received.ReceivedAt,
                cancellationToken
            );
            return first is { } at
                ? (at, null)
                : (
                    default,
                    FailureCatalogue.IdempotencyKeyReused.Problem(
                        StatusCodes.Status422UnprocessableEntity,
                        "Nothing of this request was taken."
                    )
                );
        }
        catch (Exception fault) when (Faults.IsInfrastructure(fault) && !cancellationToken.IsCancellationRequested)
        {
            return (
                default,
                FailureCatalogue.Unavailable.Problem(
                    StatusCodes.Status503ServiceUnavailable,
                    "The Idempotency-Key cannot be written down now, so nothing was taken.",
                    retryAfter: ComeBack
                )
            );
        }
    }

    private bool TryOpen(
        byte[] body,
        Form form,
        Received received,
        out IReadOnlyList<Taken<TItem>> items,
        [NotNullWhen(false)] out IResult? problem
    )
    {
        problem = null;
        if (form is Form.Lines)
        {
            items = TakeLines(body, received);
        }
        else
        {
            var read = new List<Taken<TItem>>();
            problem = TakeJson(body, received, read);
            items = read;
        }
        if (problem is null && items.Count > options.MaxItems)
            problem = TooLarge($"The body holds more than {options.MaxItems} items.");
        if (problem is null && items.Count == 0)
            problem = Unreadable("The body holds no items.");
        return problem is null;
    }

    private IResult? TakeJson(ReadOnlyMemory<byte> body, Received received, List<Taken<TItem>> items)
    {
        ReadOnlySpan<byte> byteOrderMark = [0xEF, 0xBB, 0xBF];
        if (body.Span.StartsWith(byteOrderMark))
            body = body[byteOrderMark.Length..];
        if (!body.Span.ContainsAnyExcept(" \t\r\n"u8))
            return Unreadable("The body is empty.");
        try
        {
            using var document = Intake<TItem>.Parse(body);
            var root = document.RootElement;
            switch (root.ValueKind)
            {
                case JsonValueKind.Object:
                    items.Add(intake.Take(root, received, 0));
                    return null;
                case JsonValueKind.Array when root.GetArrayLength() > options.MaxItems:
                    return TooLarge($"The list holds more than {options.MaxItems} items.");
                case JsonValueKind.Array:
                    foreach (var element in root.EnumerateArray())
                        items.Add(intake.Take(element, received, items.Count));
                    return null;
                default:
                    return Unreadable("The body is neither an object nor a list of objects.");
            }
        }
        catch (JsonException fault)
        {
            return Unreadable(Intake<TItem>.Explain(fault));
        }
    }

    private IReadOnlyList<Taken<TItem>> TakeLines(byte[] body, Received received)
    {
        var index = 0;
        return LineReader.Cut(
            new ReadOnlySequence<byte>(body),
            options.MaxLineBytes,
            // One more than allowed is enough to know that there are too many.
            options.MaxItems + 1,
            line => intake.TakeLine(line, received, index++),
            () => Intake<TItem>.TooLong(options.MaxLineBytes, index++)
        );
    }

    private async Task<byte[]?> ReadWholeAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (request.ContentLength > options.MaxBodyBytes)
            return null;
        while (true)
        {
            var read = await request.BodyReader.ReadAsync(cancellationToken);
            if (read.Buffer.Length > options.MaxBodyBytes)
                return null;
            if (read.IsCompleted)
            {
                var body = read.Buffer.ToArray();
                request.BodyReader.AdvanceTo(read.Buffer.End);
                return body;
            }
            request.BodyReader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }

    private static bool TryForm(HttpRequest request, out Form form, [NotNullWhen(false)] out IResult? problem)
    {
        form = Form.Json;
        problem = null;
        if (request.Headers.ContentEncoding is { Count: > 0 } encoding && encoding != "identity")
        {
            problem = Unreadable(
                "The body is compressed; it is taken as it is only.",
                StatusCodes.Status415UnsupportedMediaType
            );
            return false;
        }
        var isKnown = MediaTypeHeaderValue.TryParse(request.ContentType, out var type);
        if (isKnown && type!.MediaType.Equals("application/x-ndjson", StringComparison.OrdinalIgnoreCase))
            form = Form.Lines;
        else if (!isKnown || !type!.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase))
            problem = Unreadable(
                "The Content-Type is neither application/json nor application/x-ndjson.",
                StatusCodes.Status415UnsupportedMediaType
            );
        else if (type.Charset.HasValue && !type.Charset.Equals("utf-8", StringComparison.OrdinalIgnoreCase))
            problem = Unreadable(
                "The body is announced in another character set than UTF-8.",
                StatusCodes.Status415UnsupportedMediaType
            );
        return problem is null;
    }

    private static bool TryIdempotencyKey(
        HttpRequest request,
        out string? key,
        [NotNullWhen(false)] out IResult? problem
    )
    {
        problem = null;
        var header = request.Headers["Idempotency-Key"];
        key = header.Count == 0 ? null : header.ToString();
        if (
            header.Count <= 1
            && key is null or { Length: > 0 and <= MaxIdempotencyKeyLength }
            && key?.All(letter => letter is >= ' ' and <= '~') != false
        )
            return true;
        problem = FailureCatalogue.HeaderInvalid.Problem(
            StatusCodes.Status400BadRequest,
            $"The Idempotency-Key is not one text of 1 to {MaxIdempotencyKeyLength} printable ASCII characters."
        );
        return false;
    }

    private static IResult AllRejected(IReadOnlyList<Taken<TItem>> items)
    {
        var answer = CaptureAnswer.Of(items.Select(taken => taken.Answer).ToList());
        var problem = FailureCatalogue.PayloadRejected.Problem(
            StatusCodes.Status422UnprocessableEntity,
            items.Count == 1 ? answer.Items[0].Message! : $"All {items.Count} items were rejected; each says why."
        );
        // The same members as in an answer of which something was accepted, so that a client reads one shape.
        if (problem is ProblemHttpResult { ProblemDetails.Extensions: var extensions })
        {
            extensions["accepted"] = answer.Accepted;
            extensions["rejected"] = answer.Rejected;
            extensions["items"] = JsonSerializer.SerializeToElement(
                answer.Items,
                AnswerJson.Default.IReadOnlyListItemAnswer
            );
        }
        return problem;
    }

    private IResult BrokerUnavailable() =>
        FailureCatalogue.BrokerUnavailable.Problem(
            StatusCodes.Status503ServiceUnavailable,
            "Nothing of this request was accepted.",
            retryAfter: options.RetryAfter
        );

    private static IResult TooLarge(string detail) =>
        FailureCatalogue.BodyTooLarge.Problem(StatusCodes.Status413PayloadTooLarge, detail);

    private static IResult Unreadable(string detail, int status = StatusCodes.Status400BadRequest) =>
        FailureCatalogue.BodyUnreadable.Problem(status, detail);

    /// <summary>How a body is written.</summary>
    private enum Form
    {
        Json,
        Lines,
    }

    /// <summary>Answers in lines what came in lines.</summary>
    private sealed class Lines(IReadOnlyList<ItemAnswer> answers) : IResult
    {
        public async Task ExecuteAsync(HttpContext httpContext)
        {
            AnswerLines.Begin(httpContext.Response);
            await using var json = AnswerLines.Writer(httpContext.Response.BodyWriter);
            foreach (var answer in answers)
                AnswerLines.Write(json, httpContext.Response.BodyWriter, answer);
            await httpContext.Response.BodyWriter.FlushAsync(httpContext.RequestAborted);
        }
    }
}
