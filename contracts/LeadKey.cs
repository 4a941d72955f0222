namespace LeadSync.Contracts;

/// <summary>Who a lead is: the source's own id for it, within that source of that workspace.</summary>
public readonly record struct LeadKey(string Workspace, string Source, string LeadId);
