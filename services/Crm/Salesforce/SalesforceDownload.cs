namespace LeadSync.Crm.Salesforce;

/// <summary>
/// An answer that is read while it arrives. Each piece may take as long as a whole call may; how long all of them take is the
/// reader's affair.
/// </summary>
/// <remarks>Reading throws <see cref="CrmException"/> of class <see cref="FailureClass.Transient"/> when it breaks off or stands still.</remarks>
internal sealed class SalesforceDownload(
    HttpResponseMessage response,
    Stream body,
    int calls,
    TimeSpan timeout,
    TimeProvider clock
) : Stream
{
    public string? RequestId { get; } = response.RequestId();

    /// <summary>Requests that went out for it.</summary>
    public int Calls { get; } = calls;

    public string? Header(string name) => response.Header(name);

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        using var limit = new CancellationTokenSource(timeout, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        try
        {
            return await body.ReadAsync(buffer, either.Token);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new CrmException(SalesforceErrors.TooSlow(timeout) with { RequestId = RequestId }, e);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            throw new CrmException(
                SalesforceErrors.Unavailable("The connection to Salesforce broke in the middle of an answer.") with
                {
                    RequestId = RequestId,
                },
                e
            );
        }
    }

    public override bool CanRead => true;
    public override bool CanSeek => false;
    public override bool CanWrite => false;
    public override long Length => throw new NotSupportedException();
    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush() => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            response.Dispose();
        base.Dispose(disposing);
    }
}
