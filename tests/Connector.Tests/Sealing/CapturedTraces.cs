using System.Diagnostics;
using System.Text;

namespace LeadSync.Connector.Tests.Sealing;

/// <summary>Every span of this process with all that stands in it.</summary>
internal sealed class CapturedTraces : IDisposable
{
    private readonly StringBuilder _text = new();
    private readonly ActivityListener _listener;

    public CapturedTraces()
    {
        _listener = new ActivityListener
        {
            ShouldListenTo = _ => true,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = Add,
        };
        ActivitySource.AddActivityListener(_listener);
    }

    public string Text
    {
        get
        {
            lock (_text)
                return _text.ToString();
        }
    }

    public void Dispose() => _listener.Dispose();

    private void Add(Activity span)
    {
        lock (_text)
        {
            _text.AppendLine($"{span.DisplayName} {span.StatusDescription}");
            foreach (var (key, value) in span.TagObjects.Concat(span.Events.SelectMany(happening => happening.Tags)))
                _text.AppendLine($"{key}={value}");
            foreach (var (key, value) in span.Baggage)
                _text.AppendLine($"{key}={value}");
        }
    }
}
